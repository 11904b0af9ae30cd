package io.sluice.broker.queue;

import io.sluice.broker.explain.DeletedMessages;
import io.sluice.broker.explain.MessageExplanation;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * Removes messages of a queue by their numbers: those that are available, scheduled or parked, and those that cannot be read. What is out
 * of memory is read first, so an answer may come in a later turn.
 */
final class DeleteByNumber {
    private final Queue queue;
    private final Queue.Answer<DeletedMessages> answer;
    private final Bringing bringing;
    private final Taken taken;
    private final ArrayDeque<Long> left;
    private final List<MessageExplanation> kept = new ArrayList<>();
    private int count;

    DeleteByNumber(
            Queue queue,
            Availability availability,
            QueueLoads loads,
            Pages pages,
            Collection<Long> sequences,
            Queue.Answer<DeletedMessages> answer) {
        this.queue = queue;
        this.answer = answer;
        this.bringing = new Bringing(loads, pages, this::go);
        this.taken = new Taken(queue.state(), availability);
        // Neighbours are of one page; a number that is named twice is one message.
        this.left = new ArrayDeque<>(new TreeSet<>(sequences));
    }

    void go(Turn turn) {
        boolean waits = false;
        while (!left.isEmpty() && !waits) {
            waits = !delete(left.element(), turn);
            if (!waits) {
                left.remove();
            }
        }
        taken.decide(turn);
        turn.dispatchable(queue);
        if (!waits) {
            answer.answer(new DeletedMessages(count, kept), turn);
        }
    }

    /** @return whether it is known what becomes of it: else its page is read first */
    private boolean delete(long sequence, Turn turn) {
        QueueState state = queue.state();
        QueueEntry entry = state.entries().find(sequence);
        PagedRun run = entry == null ? state.runs().find(sequence) : null;
        if (queue.isDeleted()) {
            // Its page may have been read for longer than it lived.
            keep(sequence, turn);
        } else if (run != null && run.state == PagedRun.State.DAMAGED) {
            taken.takeDamaged(sequence);
            count++;
        } else if (run != null && run.isReadable() && !state.isLeaving(sequence)) {
            Enqueued stored = bringing.read(run, sequence);
            if (stored == null) {
                return false;
            }
            take(bringing.bringIn(run, stored));
        } else if (entry != null && entry.isHeld()) {
            take(entry);
        } else {
            keep(sequence, turn);
        }
        return true;
    }

    private void take(QueueEntry entry) {
        taken.take(entry);
        count++;
    }

    private void keep(long sequence, Turn turn) {
        kept.add(queue.dispatcher().explainMessage(sequence, turn.nowMillis()));
    }
}
