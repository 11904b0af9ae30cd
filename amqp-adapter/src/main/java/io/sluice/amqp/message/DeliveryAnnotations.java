package io.sluice.amqp.message;

import io.sluice.broker.Message;
import io.sluice.broker.Schedule;
import java.nio.charset.StandardCharsets;

/**
 * Message annotations by which producers ask for a later delivery: {@code x-opt-delivery-time} and
 * {@code x-opt-scheduled-enqueue-time}, epoch milliseconds, of which the first counts, and {@code x-opt-delivery-delay},
 * milliseconds, which counts where neither is given. Each is an integer or a timestamp; anything else is refused, because a message
 * that was to wait must not be delivered at once for a mistake in its type.
 */
final class DeliveryAnnotations {
    private static final byte[] TIME = name("x-opt-delivery-time");
    private static final byte[] DELAY = name("x-opt-delivery-delay");
    private static final byte[] ENQUEUE_TIME = name("x-opt-scheduled-enqueue-time");

    private static final byte[][] KEYS = {TIME, DELAY, ENQUEUE_TIME};

    private long timeMillis = Message.NONE;
    private long enqueueTimeMillis = Message.NONE;
    private long delayMillis = Message.NONE;

    private DeliveryAnnotations() {}

    private static byte[] name(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Walks over the map behind the descriptor of a message-annotations section; the cursor is then behind it. */
    static Schedule read(EncodedCursor cursor) throws MalformedMessageException {
        cursor.enterMap();
        int end = cursor.compoundEnd();
        DeliveryAnnotations found = null;
        for (int left = cursor.elements(); left > 0; left -= 2) {
            byte[] key = key(cursor);
            cursor.skip();
            if (key == null) {
                cursor.skip();
            } else if (!cursor.skipNull()) {
                found = found == null ? new DeliveryAnnotations() : found;
                found.read(key, cursor);
            }
        }
        cursor.leaveCompound(end);
        return found == null ? Schedule.AT_ONCE : found.schedule();
    }

    /** Which of the three the cursor stands before, null for none: nearly always, and seen by the length. */
    private static byte[] key(EncodedCursor cursor) throws MalformedMessageException {
        for (byte[] candidate : KEYS) {
            if (cursor.isSymbol(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    private void read(byte[] key, EncodedCursor cursor) throws MalformedMessageException {
        long value = cursor.readInteger(new String(key, StandardCharsets.US_ASCII));
        // Before 1970 is long ago all the same, and -1 means none.
        long notNegative = Math.max(0, value);
        if (key == TIME) {
            timeMillis = notNegative;
        } else if (key == DELAY) {
            delayMillis = notNegative;
        } else {
            enqueueTimeMillis = notNegative;
        }
    }

    private Schedule schedule() {
        return new Schedule(timeMillis != Message.NONE ? timeMillis : enqueueTimeMillis, delayMillis);
    }
}
