package io.sluice.broker.queue;

/** Says why a message is, or is not, on its way to a consumer at this instant. */
final class Explanation {
    private final QueueState state;
    private final Consumers consumers;
    private final GroupTable groups;
    private final long nowMillis;

    Explanation(QueueState state, Consumers consumers, GroupTable groups, long nowMillis) {
        this.state = state;
        this.consumers = consumers;
        this.groups = groups;
        this.nowMillis = nowMillis;
    }

    DispatchReason of(long sequence) {
        QueueEntry entry = state.entries().find(sequence);
        if (entry == null) {
            PagedRun run = state.runs().find(sequence);
            return run == null ? DispatchReason.NO_SUCH_MESSAGE : ofOut(run);
        }
        if (entry.state == QueueEntry.State.LOCKED) {
            return DispatchReason.LOCKED;
        }
        if (entry.state == QueueEntry.State.SETTLING) {
            return DispatchReason.SETTLING;
        }
        if (entry.expired(nowMillis)) {
            return DispatchReason.EXPIRED;
        }
        if (entry.state == QueueEntry.State.SCHEDULED) {
            return entry.isParked() ? DispatchReason.PARKED : DispatchReason.SCHEDULED;
        }
        return consumers.isPaused() ? DispatchReason.PAUSED : ofAvailable(sequence, entry);
    }

    /**
     * As if the message were available and the queue not paused.
     *
     * @param entry null where it is out of memory
     */
    DispatchReason ofAvailable(long sequence, QueueEntry entry) {
        if (!consumers.hasTakers()) {
            return ofFollowed(sequence, entry);
        }
        if (entry == null) {
            return consumers.anyGaveCredit() ? DispatchReason.NEXT : DispatchReason.NO_CREDIT;
        }
        GroupTable.Group group = groups.of(entry.message.group());
        if (group != null
                && (!group.isIdle() || group.isReturning() || group.owner().mayTake(entry))) {
            return ofGrouped(entry, group);
        }
        if (consumers.anyWaitsFor(entry)) {
            return DispatchReason.NEXT;
        }
        if (consumers.noneButThoseWhoStandBy()) {
            return DispatchReason.NOT_ACTIVE_CONSUMER;
        }
        if (!consumers.anyGaveCredit()) {
            return consumers.anyMayTake(entry) ? DispatchReason.NO_CREDIT : refusedBy(entry);
        }
        return refusedBy(entry);
    }

    /** Where nobody takes messages. @param entry null where it is out of memory */
    private DispatchReason ofFollowed(long sequence, QueueEntry entry) {
        if (!consumers.hasFollowers()) {
            return DispatchReason.NO_CONSUMER;
        }
        DispatchReason reason = DispatchReason.SEEN;
        for (Consumer consumer : consumers.apart()) {
            if (isToSee(consumer, sequence, entry)) {
                if (consumer.hasCredit()) {
                    return consumer.isWaitingForPage() ? DispatchReason.LOADING : DispatchReason.NEXT;
                }
                reason = DispatchReason.NO_CREDIT;
            }
        }
        return reason;
    }

    /** Whether the consumer takes nothing and has not looked at a message that it wants. @param entry null where it is out of memory */
    boolean isToSee(Consumer consumer, long sequence, QueueEntry entry) {
        return consumer.follows()
                && !consumer.cursor.hasSeen(levelOf(sequence, entry), sequence)
                && (entry == null || consumer.selects(entry.message));
    }

    private int levelOf(long sequence, QueueEntry entry) {
        return entry == null ? state.runs().find(sequence).level() : state.levelOf(entry.message);
    }

    private DispatchReason ofGrouped(QueueEntry entry, GroupTable.Group group) {
        boolean next = !group.isReturning()
                && consumers.couldTake(group.owner())
                && group.owner().mayTake(entry);
        return next ? DispatchReason.NEXT : DispatchReason.GROUP_OWNED;
    }

    private DispatchReason refusedBy(QueueEntry entry) {
        return entry.links.excluded.isEmpty() ? DispatchReason.NOT_SELECTED : DispatchReason.UNDELIVERABLE_HERE;
    }

    private static DispatchReason ofOut(PagedRun run) {
        return switch (run.state) {
            case DAMAGED -> DispatchReason.DAMAGED;
            case LEAVING -> DispatchReason.SETTLING;
            default ->
                run.isScheduled
                        ? DispatchReason.SCHEDULED
                        : run.is(PagedRun.Mark.LOADING) ? DispatchReason.LOADING : DispatchReason.PAGED_OUT;
        };
    }
}
