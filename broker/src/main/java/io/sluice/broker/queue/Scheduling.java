package io.sluice.broker.queue;

import io.sluice.broker.ScheduledMessage;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.SequenceRanges;
import java.util.ArrayList;
import java.util.List;

/** Lets the scheduled messages of a queue out when their time has come, and takes them back before. */
final class Scheduling {
    /** Pages with something due that are looked at in one go, and that are read at a time. */
    private static final int MAX_LOOKED_AT = 1_000;

    private static final int MAX_READS = 2;

    private final Queue queue;
    private final QueueState state;
    private final Availability availability;
    private final QueueLoads loads;
    private final Pages pages;

    Scheduling(Queue queue, QueueState state, Availability availability, QueueLoads loads, Pages pages) {
        this.queue = queue;
        this.state = state;
        this.availability = availability;
        this.loads = loads;
        this.pages = pages;
    }

    long messages() {
        return availability.scheduled().size() + state.runs().away().later().messages();
    }

    /** Whether by now something is to be delivered. */
    boolean isDue(long nowMillis) {
        return availability.scheduled().isDue(nowMillis)
                || state.runs().overrides().anyMisplaced()
                || (!state.runs().scheduled().isEmpty()
                        && state.runs().scheduled().first().firstDeliveryMillis <= nowMillis);
    }

    /** Makes available what is due. Of a page of which all is due nothing is read. */
    void release(Turn turn) {
        if (!isDue(turn.nowMillis())) {
            return;
        }
        loads.readMisplaced();
        for (QueueEntry entry : availability.scheduled().takeDue(turn.nowMillis())) {
            availability.released(entry);
            if (entry.run != null && entry.run.isScheduled) {
                // Its page is for those that wait; out of memory it would wait with them.
                loads.unstore(entry);
            }
        }
        List<PagedRun> due = new ArrayList<>();
        List<PagedRun> read = new ArrayList<>();
        int looked = 0;
        for (PagedRun run : state.runs().scheduled()) {
            if (run.firstDeliveryMillis > turn.nowMillis() || looked++ == MAX_LOOKED_AT) {
                break;
            }
            if (run.isWhollyDue(turn.nowMillis())) {
                due.add(run);
            } else if (read.size() < MAX_READS && hasRoom()) {
                read.add(run);
            }
        }
        for (PagedRun run : due) {
            state.runs().released(run);
            queue.dispatcher().becameAvailable(run);
        }
        loads.readReleased(read);
    }

    /**
     * Whether there is memory for what nobody may want yet: what comes in because it is due leaves its page, and memory only after a
     * checkpoint. Where there is none it comes when there is, or when all of its page is due.
     */
    private boolean hasRoom() {
        return state.memory().whole().bytes() < pages.roomBytes();
    }

    /** Removes a scheduled message. The answer is false where no message of this sequence is scheduled. */
    void cancel(long sequence, Turn turn, Queue.Answer<Boolean> answer) {
        QueueEntry entry = state.entries().find(sequence);
        if (queue.isDeleted()) {
            // Its page may have been read for longer than it lived.
            answer.answer(false, turn);
            return;
        }
        if (entry != null) {
            boolean is = entry.state == QueueEntry.State.SCHEDULED;
            if (is) {
                availability.take(entry, QueueEntry.State.SETTLING);
                SequenceRanges one = SequenceRanges.of(sequence);
                turn.decide(new Removed(state.id(), one, Removed.Reason.CANCELLED), entry.durable, Turn.Effect.NOTHING);
            }
            answer.answer(is, turn);
            return;
        }
        PagedRun run = state.runs().find(sequence);
        if (run == null || run.state != PagedRun.State.STORED || !run.isScheduled) {
            answer.answer(false, turn);
            return;
        }
        loads.readOne(run, sequence, again -> cancel(sequence, again, answer));
    }

    /** See {@link Queue#scheduled}. */
    void list(long fromSequence, int limit, Turn turn, Queue.Answer<ScheduledMessage.Some> answer) {
        new ScheduledListing(state, pages, fromSequence, limit, answer)
                .go(availability.scheduled().size() > 0, turn);
    }
}
