package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Returned;

/**
 * Removes selected messages of a queue that are available or scheduled, in the order they came, a bounded number at a time: in between
 * others have their turns, and it goes on when what was removed is durable. What comes into the queue meanwhile stays, as does what
 * cannot be read.
 */
final class SelectivePurge {
    /** In one go. */
    private static final int MAX_EXAMINED = 2_000;

    private final Queue queue;
    private final Pages pages;
    private final Selection selection;
    private final Queue.Answer<Long> answer;
    private final Bringing bringing;
    private final Taken taken;
    private final long end;
    /** Everything before is examined. */
    private long next;

    private long count;

    SelectivePurge(
            Queue queue,
            Availability availability,
            QueueLoads loads,
            Pages pages,
            Selection selection,
            Queue.Answer<Long> answer) {
        this.queue = queue;
        this.pages = pages;
        this.selection = selection;
        this.answer = answer;
        this.bringing = new Bringing(loads, pages, this::goOnLater);
        this.taken = new Taken(queue.state(), availability);
        this.end = queue.state().nextSequence();
    }

    void go(Turn turn) {
        boolean waits = false;
        for (int examined = 0; examined < MAX_EXAMINED && !waits && !isOver(); examined++) {
            waits = !examineNext();
        }
        taken.decide(turn);
        turn.dispatchable(queue);
        if (isOver()) {
            answer.answer(count, turn);
        } else if (!waits) {
            goOnLater(turn);
        }
    }

    private boolean isOver() {
        // A page may have been read for longer than the queue lived.
        return next >= end || count >= selection.limit() || queue.isDeleted();
    }

    private void goOnLater(Turn turn) {
        turn.afterDecided(applied -> pages.later(this::go));
    }

    /** @return whether it was: else its page is read first */
    private boolean examineNext() {
        QueueEntry entry = queue.state().entries().atOrAfter(next);
        long inMemory = entry == null ? end : entry.sequence;
        PagedRun run = queue.state().runs().nextOut(next);
        long outOfIt = run == null ? end : run.sequence(run.nextOutFrom(next));
        if (outOfIt < Math.min(inMemory, end)) {
            return examine(run, outOfIt);
        }
        if (entry != null && inMemory < end && entry.isHeld() && selection.takes(entry.message)) {
            take(entry);
        }
        next = inMemory + 1;
        return true;
    }

    private boolean examine(PagedRun run, long sequence) {
        Enqueued stored = bringing.read(run, sequence);
        if (stored == null) {
            return false;
        }
        Returned override = queue.state().runs().overrides().of(sequence);
        Message message = override == null ? stored.message() : stored.message().withAdded(override.added());
        if (!queue.state().isLeaving(sequence) && selection.takes(message)) {
            take(bringing.bringIn(run, stored));
        }
        next = sequence + 1;
        return true;
    }

    private void take(QueueEntry entry) {
        taken.take(entry);
        count++;
    }
}
