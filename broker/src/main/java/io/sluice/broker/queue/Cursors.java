package io.sluice.broker.queue;

/** Positions of consumers that look for messages by themselves, one for each when it is attached. Shard's thread only. */
final class Cursors {
    private final Queue queue;
    private final Availability availability;
    private final QueueLoads loads;
    private final Pages pages;
    private final GroupTable groups;

    Cursors(Queue queue, Availability availability, QueueLoads loads, Pages pages, GroupTable groups) {
        this.queue = queue;
        this.availability = availability;
        this.loads = loads;
        this.pages = pages;
        this.groups = groups;
    }

    /** The consumer is about to be attached: it is at the beginning of what it looks for. */
    void give(Consumer consumer) {
        boolean follows = queue.definition().dispatching().nonDestructive() && consumer.wouldTake();
        if (follows || consumer.mode() == Consumer.Mode.COPY) {
            consumer.cursor = new BrowseCursor(
                    queue.state(),
                    availability,
                    () -> new PageReading(queue, loads, pages),
                    follows ? Consumer.Sight.AVAILABLE : consumer.sight(),
                    follows);
        }
        if (consumer.mode() == Consumer.Mode.FETCH) {
            consumer.fetched = new Fetched();
        }
        if (!consumer.isApart() && consumer.isFiltering()) {
            consumer.filter = new FilterCursor(
                    consumer, queue.state(), loads, new PageReading(queue, loads, pages), groups, availability.ready());
        }
    }
}
