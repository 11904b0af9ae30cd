package io.sluice.broker.record;

import io.sluice.broker.MessageLife;
import io.sluice.broker.MessageLife.Backoff;
import io.sluice.broker.MessageLife.LastValue;
import io.sluice.broker.record.JournalRecord.LastValues;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The binary form of what a queue does with its messages but for where acknowledged and forwarded ones go, which came later, and of the last values it knows.
 *
 * <pre>
 * life := growth u8, of its upper four bits who waits | delayMillis i64 | multiplierPercent i32 | maxDelayMillis i64 | jitterPercent u8
 *         | maxAcquisitions i32 | undeliverableMillis i64 | maxKeys i32 | keyProperty str | stamped u8
 * last values := count i32 | count x (key str | sequence i64)
 * </pre>
 */
final class LifeRecords {
    private static final int FIXED_BYTES = 1 + 8 + 4 + 8 + 1 + 4 + 8 + 4 + 4 + 1;
    private static final MessageLife.Growth[] GROWTHS = MessageLife.Growth.values();
    private static final MessageLife.Waits[] WAITS = MessageLife.Waits.values();
    /** Who waits came later: where it is not the first of them, an older version finds a growth there that it does not know. */
    private static final int WAITS_SHIFT = 4;

    private static final int GROWTH_MASK = (1 << WAITS_SHIFT) - 1;

    private LifeRecords() {}

    static int size(MessageLife life) {
        return FIXED_BYTES + utf8(life).length;
    }

    private static byte[] utf8(MessageLife life) {
        return utf8(life.lastValue().property());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static void write(MessageLife life, ByteBuffer out) {
        byte[] property = utf8(life);
        Backoff backoff = life.backoff();
        out.put((byte) (backoff.growth().ordinal() | backoff.who().ordinal() << WAITS_SHIFT))
                .putLong(backoff.delayMillis())
                .putInt(backoff.multiplierPercent())
                .putLong(backoff.maxDelayMillis())
                .put((byte) backoff.jitterPercent());
        out.putInt(life.maxAcquisitions()).putLong(life.undeliverableMillis());
        out.putInt(life.lastValue().maxKeys()).putInt(property.length).put(property);
        out.put((byte) (life.stamped() ? 1 : 0));
    }

    static MessageLife read(ByteBuffer in) {
        int growth = in.get();
        Backoff backoff = new Backoff(
                GROWTHS[growth & GROWTH_MASK],
                in.getLong(),
                in.getInt(),
                in.getLong(),
                in.get(),
                WAITS[growth >> WAITS_SHIFT]);
        int maxAcquisitions = in.getInt();
        long undeliverableMillis = in.getLong();
        int maxKeys = in.getInt();
        LastValue lastValue = new LastValue(maxKeys, RecordCodec.readString(in));
        boolean stamped = in.get() != 0;
        return new MessageLife(
                backoff, maxAcquisitions, undeliverableMillis, lastValue, stamped, Optional.empty(), Optional.empty());
    }

    static int size(LastValues last) {
        int bytes = 4;
        for (LastValues.Value value : last.values()) {
            bytes += 4 + utf8(value.key()).length + 8;
        }
        return bytes;
    }

    static void write(LastValues last, ByteBuffer out) {
        out.putInt(last.values().size());
        for (LastValues.Value value : last.values()) {
            byte[] key = utf8(value.key());
            out.putInt(key.length).put(key).putLong(value.sequence());
        }
    }

    static LastValues readLastValues(long queueId, ByteBuffer in) {
        int count = in.getInt();
        if (count < 0 || count > in.remaining() / 12) {
            throw new IllegalArgumentException(count + " keys in " + in.remaining() + " bytes");
        }
        List<LastValues.Value> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(new LastValues.Value(RecordCodec.readString(in), in.getLong()));
        }
        return new LastValues(queueId, values);
    }
}
