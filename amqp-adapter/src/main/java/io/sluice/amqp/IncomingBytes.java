package io.sluice.amqp;

/** What one connection was sent and has not dealt with, in bytes. Its event loop. */
final class IncomingBytes {
    /** Four chunks: the disk always has something to write, and memory is not where large messages wait. */
    private static final long MAX_FOR_DISK = 1 << 20;

    private final AmqpLimits limits;
    private long unanswered;
    private long partial;
    private long forDisk;

    IncomingBytes(AmqpLimits limits) {
        this.limits = limits;
    }

    /** Of messages that were handed on. */
    void unanswered(long bytes) {
        unanswered += bytes;
    }

    /** Of large bodies that are coming in. */
    void waitsForDisk(long bytes) {
        forDisk += bytes;
    }

    /** Whether so much waits for answers, or for the disk, that the peer should not be read. */
    boolean tooMany() {
        return unanswered > limits.flow().maxUnansweredBytes() || forDisk > MAX_FOR_DISK;
    }

    /** @return whether the bytes are still within what unfinished messages may take */
    boolean partial(long bytes) {
        partial += bytes;
        return partial <= limits.flow().maxPartialBytes();
    }
}
