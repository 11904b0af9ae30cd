package io.sluice.amqp.servicebus;

import io.sluice.broker.queue.Delivery;
import io.sluice.broker.shard.ShardMailbox;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The lock tokens of one connection: by what its peer, one of Service Bus's clients, names a delivery that it has not settled, also in requests to
 * {@code $management}. The connection's event loop.
 */
public final class LockTokens {
    /** How long a lock lasts where the queue says nothing else: as in Service Bus. */
    public static final long LOCK_MILLIS = 60_000;

    private static final int TAG_BYTES = 2 * Long.BYTES;
    /** Of the counter; the rest of the upper half is the connection's number. */
    private static final int COUNTER_BITS = 40;

    private final Map<UUID, Held> held = new HashMap<>();
    private final List<Runnable> leavings = new ArrayList<>();
    private long given;

    /** @param holder which had it given */
    public record Held(ShardMailbox shard, Delivery message, Object holder) {}

    /**
     * A token that no other delivery has.
     *
     * @param connection its number
     * @param holder see {@link #forgetAll}
     */
    public UUID give(long connection, ShardMailbox shard, Delivery message, Object holder) {
        UUID token = new UUID(connection << COUNTER_BITS | ++given, message.sequence());
        held.put(token, new Held(shard, message, holder));
        return token;
    }

    /** @throws EntityException the lock is over, or was never one of this connection and shard */
    Held need(UUID token, ShardMailbox shard) throws EntityException {
        Held lock = held.get(token);
        if (lock == null || lock.shard != shard) {
            throw EntityException.lockLost("this connection has no message here that is locked by the token " + token);
        }
        return lock;
    }

    public void forget(UUID token) {
        held.remove(token);
    }

    /** The holder is gone. */
    public void forgetAll(Object holder) {
        held.values().removeIf(each -> each.holder == holder);
    }

    /** To be run when the connection is gone. */
    void whenLeft(Runnable leaving) {
        leavings.add(leaving);
    }

    /** It need not be run any more. */
    void done(Runnable leaving) {
        leavings.remove(leaving);
    }

    /** The connection is gone. */
    public void left() {
        held.clear();
        List.copyOf(leavings).forEach(Runnable::run);
        leavings.clear();
    }

    /** A token as a delivery-tag: the bytes of a .NET Guid, whose first three fields are little-endian. */
    public static byte[] tag(UUID token) {
        byte[] bytes = ByteBuffer.allocate(TAG_BYTES)
                .putLong(token.getMostSignificantBits())
                .putLong(token.getLeastSignificantBits())
                .array();
        swap(bytes);
        return bytes;
    }

    /** The token of a delivery-tag that {@link #tag} made. */
    public static UUID token(byte[] tag) {
        byte[] bytes = tag.clone();
        swap(bytes);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    private static void swap(byte[] bytes) {
        reverse(bytes, 0, 3);
        reverse(bytes, 4, 5);
        reverse(bytes, 6, 7);
    }

    private static void reverse(byte[] bytes, int first, int last) {
        for (int i = first, j = last; i < j; i++, j--) {
            byte kept = bytes[i];
            bytes[i] = bytes[j];
            bytes[j] = kept;
        }
    }
}
