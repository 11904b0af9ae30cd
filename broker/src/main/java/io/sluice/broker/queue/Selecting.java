package io.sluice.broker.queue;

import java.util.List;

/** Dispatch where all who have credit want selected messages only. Shard's thread only. */
final class Selecting {
    private final Queue queue;
    private final Pages pages;
    private final Consumers consumers;
    private final GroupTable groups;
    private final Settlement settlement;
    private final Handover handover;

    Selecting(
            Queue queue,
            Pages pages,
            Consumers consumers,
            GroupTable groups,
            Settlement settlement,
            Handover handover) {
        this.groups = groups;
        this.queue = queue;
        this.pages = pages;
        this.consumers = consumers;
        this.settlement = settlement;
        this.handover = handover;
    }

    /** Everybody with credit looks for messages of its own: each gets one in turns, until nobody finds any more. */
    DispatchReason dispatch(ReadyLevels ready, PagedRuns runs, Turn turn) {
        List<List<Consumer>> ranks = consumers.withCredit();
        boolean waits = false;
        boolean heldBack = false;
        for (List<Consumer> equals : ranks) {
            equals.forEach(consumer -> consumer.filter.rested());
            while (selectInTurns(equals, ready, runs, turn)) {
                // one more round
            }
            for (Consumer consumer : equals) {
                waits |= consumer.filter.isWaiting();
                heldBack |= consumer.filter.isHeldBack();
                if (consumer.filter.isTired()) {
                    pages.later(later -> later.dispatchable(queue));
                }
            }
        }
        if (!consumers.anyHasCredit()) {
            return DispatchReason.NO_CREDIT;
        }
        if (waits) {
            return DispatchReason.PAGED_OUT;
        }
        return heldBack ? DispatchReason.GROUP_OWNED : DispatchReason.NOT_SELECTED;
    }

    private boolean selectInTurns(List<Consumer> consumersOfARank, ReadyLevels ready, PagedRuns runs, Turn turn) {
        boolean given = false;
        for (Consumer consumer : consumersOfARank) {
            given |= consumers.isWaiting(consumer) && selectOne(consumer, ready, runs, turn);
        }
        return given;
    }

    private boolean selectOne(Consumer consumer, ReadyLevels ready, PagedRuns runs, Turn turn) {
        int candidates = ready.occupied() | runs.occupied();
        while (candidates != 0 && !consumer.isWaitingForPage()) {
            int level = ready.choose(candidates);
            QueueEntry entry = consumer.filter.peek(level, turn.nowMillis());
            long end = settlement.returning().first(level);
            if (entry != null && entry.sequence < end) {
                if (groups.isNoisy(entry.message.group())) {
                    entry = consumer.filter.quiet(level, entry, Math.min(end, runs.boundary(level)));
                }
                consumers.leaveRing(consumer);
                ready.served(level);
                handover.give(entry, consumer, turn);
                return true;
            }
            candidates &= ~(1 << level);
        }
        return false;
    }
}
