package io.sluice.broker.queue;

/** How many messages of a queue are out of memory, and their bytes, by what is to become of them. */
final class AwaySums {
    private final Sum available = new Sum();
    private final Sum later = new Sum();
    private final Sum leaving = new Sum();
    private final Sum damaged = new Sum();
    private final LevelDepths depths;

    /** @param depths of the queue; what is out of memory counts there, too */
    AwaySums(LevelDepths depths) {
        this.depths = depths;
    }

    static final class Sum {
        private long messages;
        private long bytes;

        long messages() {
            return messages;
        }

        long bytes() {
            return bytes;
        }
    }

    /** To be delivered. */
    Sum available() {
        return available;
    }

    /** To be delivered when their time has come. */
    Sum later() {
        return later;
    }

    /** Cannot be read. */
    Sum damaged() {
        return damaged;
    }

    long messages() {
        return available.messages + later.messages + leaving.messages + damaged.messages;
    }

    long bytes() {
        return available.bytes + later.bytes + leaving.bytes + damaged.bytes;
    }

    void add(PagedRun run) {
        Sum sum = of(run);
        depths.add(run.level(), run.outCount);
        sum.messages += run.outCount;
        sum.bytes += run.outBytes;
    }

    void subtract(PagedRun run) {
        Sum sum = of(run);
        depths.add(run.level(), -run.outCount);
        sum.messages -= run.outCount;
        sum.bytes -= run.outBytes;
    }

    private Sum of(PagedRun run) {
        return switch (run.state) {
            case LEAVING -> leaving;
            case DAMAGED -> damaged;
            default -> run.isScheduled ? later : available;
        };
    }
}
