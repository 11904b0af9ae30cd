package io.sluice.broker.queue;

import io.sluice.broker.PeekedMessage;
import io.sluice.broker.PeekedMessage.State;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Returned;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One look at messages of a queue by sequence, whoever has them. What is out of memory is read for the answer and stays out; of
 * each level one page is held meanwhile.
 */
final class PeekListing implements Pages.Reply {
    private final Queue queue;
    private final Pages pages;
    private final PeekedMessage.Range range;
    private final Queue.Answer<PeekedMessage.Some> answer;
    private final List<PeekedMessage> found = new ArrayList<>();
    /** By level of pages, the one that was read last. */
    private final Map<Integer, Page> read = new HashMap<>();

    private long next;
    private long bytes;
    private PagedRun reading;
    private int readingLevel;

    /** @param messages empty where it cannot be read */
    private record Page(PagedRun run, List<Enqueued> messages) {}

    PeekListing(Queue queue, Pages pages, PeekedMessage.Range range, Queue.Answer<PeekedMessage.Some> answer) {
        this.queue = queue;
        this.pages = pages;
        this.range = range;
        this.answer = answer;
        this.next = range.fromSequence();
    }

    void go(Turn turn) {
        while (found.size() < range.limit() && (found.isEmpty() || bytes < range.maxBytes())) {
            QueueEntry entry = queue.state().entries().atOrAfter(next);
            long inMemory = entry == null ? Long.MAX_VALUE : entry.sequence;
            if (lookOut(inMemory)) {
                if (reading != null) {
                    pages.read(reading.page(), reading.outBytes, this);
                    return;
                }
            } else if (entry == null) {
                next = Long.MAX_VALUE;
                break;
            } else {
                take(entry);
            }
        }
        answer.answer(new PeekedMessage.Some(List.copyOf(found), next), turn);
    }

    /** Takes the next message that is out of memory, or asks for its page. @return whether there is one before {@code end} */
    private boolean lookOut(long end) {
        PagedRun run = queue.state().runs().nextOut(next);
        long sequence = run == null ? Long.MAX_VALUE : run.sequence(run.nextOutFrom(next));
        if (sequence >= end) {
            return false;
        }
        Page page = read.get(PagedRuns.slot(run));
        if (page != null && page.run == run) {
            take(page, sequence);
        } else {
            reading = run;
            readingLevel = PagedRuns.slot(run);
        }
        return true;
    }

    private void take(QueueEntry entry) {
        State state = switch (entry.state) {
            case READY -> State.AVAILABLE;
            case SCHEDULED -> State.SCHEDULED;
            case LOCKED -> State.LOCKED;
            case SETTLING -> State.SETTLING;
        };
        take(entry, state);
    }

    private void take(QueueEntry entry, State state) {
        next = entry.sequence + 1;
        bytes += entry.message.residentBytes();
        found.add(new PeekedMessage(
                entry.sequence,
                state,
                entry.arrivedAtMillis,
                entry.deliverAtMillis,
                entry.expiresAtMillis,
                entry.deliveryCount,
                entry.durable,
                Optional.of(entry.message)));
    }

    private void take(Page page, long sequence) {
        int index = page.run.indexOf(sequence);
        boolean readable = index < page.messages.size()
                && page.messages.get(index).sequence() == sequence
                && page.messages.get(index).queueId() == queue.id();
        if (readable) {
            QueueEntry entry = new QueueEntry(page.messages.get(index), true);
            Returned override = queue.state().runs().overrides().of(sequence);
            if (override != null) {
                entry.returned(override);
            }
            boolean waits = page.run.isScheduled || (override != null && entry.deliverAtMillis != 0);
            take(entry, waits ? State.SCHEDULED : State.AVAILABLE);
        } else {
            next = sequence + 1;
            found.add(new PeekedMessage(sequence, State.DAMAGED, 0, 0, -1, 0, true, Optional.empty()));
        }
    }

    @Override
    public boolean isWanted() {
        return reading.isReadable();
    }

    @Override
    public void dropped(Turn turn) {
        // It is not out any longer, or gone: the next look finds it elsewhere, or not.
        goOn(turn);
    }

    @Override
    public void loaded(List<Enqueued> messages, Turn turn) {
        read.put(readingLevel, new Page(reading, messages));
        goOn(turn);
    }

    /** Whoever needs the page to deliver from it finds out and says so. */
    @Override
    public void failed(StorageException cause, Turn turn) {
        read.put(readingLevel, new Page(reading, List.of()));
        goOn(turn);
    }

    private void goOn(Turn turn) {
        reading = null;
        go(turn);
    }
}
