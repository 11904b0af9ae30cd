package io.sluice.amqp;

import io.sluice.broker.queue.Delivery;
import io.sluice.broker.shard.ShardMailbox;
import java.util.ArrayDeque;
import java.util.Deque;

/** Tags of a link's deliveries: as short as can be, and used again once the delivery is settled (AMQP 1.0 §2.6.12). */
class DeliveryTags {
    private static final int MAX_FREE = 4096;

    private final Deque<byte[]> free = new ArrayDeque<>();
    private int made;

    /** Of one link of the connection. */
    static DeliveryTags of(ConnectionScope scope) {
        return scope.dialect().isServiceBus() ? new LockTags(scope) : new DeliveryTags();
    }

    /** The tag of a delivery of this message. */
    byte[] take(ShardMailbox shard, Delivery message) {
        return take();
    }

    final byte[] take() {
        byte[] tag = free.poll();
        return tag == null ? make(made++) : tag;
    }

    /** The tag of a settled delivery. */
    void give(byte[] tag) {
        if (free.size() < MAX_FREE) {
            free.push(tag);
        }
    }

    /** The link is gone. */
    void end() {
        // Nobody else knows of them.
    }

    private static byte[] make(int number) {
        int length = number >>> 8 == 0 ? 1 : number >>> 16 == 0 ? 2 : number >>> 24 == 0 ? 3 : 4;
        byte[] tag = new byte[length];
        for (int i = 0; i < length; i++) {
            tag[i] = (byte) (number >>> (8 * i));
        }
        return tag;
    }
}
