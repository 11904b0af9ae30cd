package io.sluice.amqp;

/**
 * How many messages may be in flight, so that they stay within a number and, judged by the sizes seen so far, within an amount
 * of bytes. At least one, or nothing would ever move.
 */
final class FlowWindow {
    /** Weight of the newest size in the average: 1/8. */
    private static final int SHIFT = 3;

    private final AmqpLimits.Window limit;
    private long averageBytes;

    FlowWindow(AmqpLimits.Window limit) {
        this.limit = limit;
    }

    void seen(int bytes) {
        // What is larger than usual counts at once: it is memory that is to be bounded.
        averageBytes = bytes > averageBytes ? bytes : averageBytes - ((averageBytes - bytes) >> SHIFT);
    }

    int messages() {
        if (averageBytes == 0) {
            return limit.messages();
        }
        return (int) Math.max(1, Math.min(limit.messages(), limit.bytes() / averageBytes));
    }
}
