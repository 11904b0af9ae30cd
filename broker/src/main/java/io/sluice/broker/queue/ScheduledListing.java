package io.sluice.broker.queue;

import io.sluice.broker.ScheduledMessage;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** One look at the scheduled messages of a queue. Which there are is known in memory; those that are out of it are read for the answer. */
final class ScheduledListing implements Pages.Reply {
    /** In memory, whatever they are. */
    private static final int MAX_LOOKED_AT = 10_000;
    /** Out of memory, in one answer: each may be in another page. */
    private static final int MAX_READ = 256;

    private final QueueState state;
    private final Pages pages;
    private final long from;
    private final int limit;
    private final Queue.Answer<ScheduledMessage.Some> answer;
    private final TreeMap<Long, ScheduledMessage> found = new TreeMap<>();
    /** Still to be read. */
    private final TreeMap<Long, PagedRun> out = new TreeMap<>();
    /** The answer says nothing of this sequence and those behind it. */
    private long end;

    private PagedRun reading;

    ScheduledListing(QueueState state, Pages pages, long from, int limit, Queue.Answer<ScheduledMessage.Some> answer) {
        this.state = state;
        this.pages = pages;
        this.from = from;
        this.limit = limit;
        this.answer = answer;
    }

    /** @param anyInMemory whether there is any scheduled message in memory */
    void go(boolean anyInMemory, Turn turn) {
        end = anyInMemory ? lookInMemory() : Long.MAX_VALUE;
        for (int level = state.levelCount(); level < state.runs().levelCount(); level++) {
            PagedLevel paged = state.runs().level(level);
            if (paged != null) {
                lookAtPages(paged);
            }
        }
        cut();
        readOrAnswer(turn);
    }

    private long lookInMemory() {
        QueueEntry entry = state.entries().atOrAfter(from);
        for (int looked = 0; entry != null && looked < MAX_LOOKED_AT && found.size() < limit; looked++) {
            if (entry.state == QueueEntry.State.SCHEDULED) {
                found.put(entry.sequence, entry.asScheduled());
            }
            entry = state.entries().atOrAfter(entry.sequence + 1);
        }
        return entry == null ? Long.MAX_VALUE : entry.sequence;
    }

    private void lookAtPages(PagedLevel level) {
        for (PagedRun run : level.overlapping(level.out(), from)) {
            if (run.firstSequence >= end) {
                return;
            }
            for (int index = run.nextOutFrom(from); index >= 0; index = run.nextOut(index + 1)) {
                if (run.sequence(index) >= end) {
                    break;
                }
                out.put(run.sequence(index), run);
                if (out.size() > Math.min(limit, MAX_READ)) {
                    end = out.pollLastEntry().getKey();
                }
            }
        }
    }

    /** Both kinds together are not more than was asked for. */
    private void cut() {
        found.tailMap(end, true).clear();
        while (found.size() + out.size() > limit) {
            long last = Math.max(found.isEmpty() ? 0 : found.lastKey(), out.isEmpty() ? 0 : out.lastKey());
            found.remove(last);
            out.remove(last);
            end = last;
        }
    }

    private void readOrAnswer(Turn turn) {
        if (out.isEmpty()) {
            answer.answer(new ScheduledMessage.Some(List.copyOf(found.values()), end), turn);
            return;
        }
        reading = out.firstEntry().getValue();
        if (reading.isReadable()) {
            pages.read(reading.page, reading.outBytes, this);
        } else {
            take(List.of(), turn);
        }
    }

    @Override
    public boolean isWanted() {
        return reading.isReadable();
    }

    @Override
    public void dropped(Turn turn) {
        take(List.of(), turn);
    }

    @Override
    public void loaded(List<Enqueued> messages, Turn turn) {
        take(messages, turn);
    }

    /** Whoever needs the page to deliver from it finds out; a list is short of what cannot be read. */
    @Override
    public void failed(StorageException cause, Turn turn) {
        take(List.of(), turn);
    }

    private void take(List<Enqueued> messages, Turn turn) {
        for (long sequence : new ArrayList<>(out.keySet())) {
            if (out.get(sequence) != reading) {
                continue;
            }
            out.remove(sequence);
            QueueEntry entry = state.entries().find(sequence);
            int index = reading.indexOf(sequence);
            if (entry != null && entry.state == QueueEntry.State.SCHEDULED) {
                found.put(sequence, entry.asScheduled());
            } else if (reading.isReadable()
                    && reading.isOut(index)
                    && index < messages.size()
                    && messages.get(index).sequence() == sequence) {
                found.put(sequence, new QueueEntry(messages.get(index), true).asScheduled());
            }
        }
        readOrAnswer(turn);
    }
}
