package io.sluice.broker.queue;

import io.sluice.broker.port.MessageStore.StoredPage;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Applies records to a queue, and pages of the store to a queue that recovers. */
final class Application {
    private final QueueState state;
    private final Availability availability;
    private final Room room;
    private final Duplicates duplicates;
    private final LastValueKeys keys;
    /** Of memory, as counted. */
    private long duplicateBytes;

    Application(QueueState state, Availability availability, Room room, Duplicates duplicates, LastValueKeys keys) {
        this.duplicates = duplicates;
        this.keys = keys;
        this.state = state;
        this.availability = availability;
        this.room = room;
    }

    void enqueued(Enqueued record) {
        QueueEntry entry = state.enqueued(record);
        room.cameIn(record);
        duplicates.cameIn(record);
        countDuplicates();
        if (entry != null) {
            entry.links.superseded = state.isLeaving(entry.sequence);
            availability.arrived(entry);
            if (entry.durable) {
                state.becomesUnstored(entry);
            }
        }
    }

    void duplicatesRemembered(DuplicatesRemembered record) {
        duplicates.remembered(record);
        countDuplicates();
    }

    void declared(QueueDeclared record) {
        state.declared(record);
        state.memory().add(keys.declared());
    }

    void lastValues(LastValues record) {
        state.memory().add(keys.applied(record));
    }

    private void countDuplicates() {
        long bytes = duplicates.bytes();
        if (bytes != duplicateBytes) {
            state.memory().add(bytes - duplicateBytes);
            duplicateBytes = bytes;
        }
    }

    void removed(Removed record) {
        state.memory().add(keys.removed(record.sequences()));
        for (int range = 0; range < record.sequences().rangeCount(); range++) {
            long first = record.sequences().first(range);
            long last = record.sequences().last(range);
            QueueEntry entry = first == last
                    ? state.entries().find(first)
                    : state.entries().atOrAfter(first);
            while (entry != null && entry.sequence <= last) {
                removed(entry);
                entry = first == last ? null : state.entries().atOrAfter(entry.sequence + 1);
            }
            if (state.runs().away().messages() > 0) {
                removedOut(first, last);
            }
        }
    }

    private void removed(QueueEntry entry) {
        if (entry.isHeld()) {
            availability.take(entry, QueueEntry.State.SETTLING);
        }
        entry.links.superseded = true;
        availability.left(entry);
        state.removed(entry);
    }

    private void removedOut(long first, long last) {
        for (int level = 0; level < state.runs().levelCount(); level++) {
            PagedLevel paged = state.runs().level(level);
            if (paged != null) {
                if (paged.boundary() <= last) {
                    removedOut(paged.overlapping(paged.out(), first), first, last);
                }
                removedOut(paged.overlapping(paged.apart(), first), first, last);
            }
        }
    }

    private void removedOut(Iterable<PagedRun> runs, long first, long last) {
        List<PagedRun> touched = null;
        for (PagedRun run : runs) {
            if (run.firstSequence() > last) {
                break;
            }
            int index = run.nextOutFrom(first);
            if (index >= 0 && run.sequence(index) <= last) {
                touched = touched == null ? new ArrayList<>() : touched;
                touched.add(run);
            }
        }
        if (touched != null) {
            for (PagedRun run : touched) {
                int index = run.nextOutFrom(first);
                while (index >= 0 && run.sequence(index) <= last) {
                    availability.left(run.sequence(index));
                    state.runs().outLeaves(run, index);
                    index = run.nextOut(index + 1);
                }
            }
        }
    }

    void returned(Returned record) {
        QueueEntry entry = state.entries().find(record.sequence());
        if (entry == null) {
            PagedRun run = state.runs().find(record.sequence());
            if (run != null) {
                state.runs().overrides().put(record, run.isScheduled || record.deliverAtMillis() != 0);
            }
            return;
        }
        // It is held while a life that is over is replayed: nobody has it, and nothing follows that would put it in its
        // place.
        boolean moves = entry.state == QueueEntry.State.SCHEDULED || (entry.isHeld() && record.deliverAtMillis() != 0);
        if (moves) {
            availability.take(entry, QueueEntry.State.SETTLING);
        }
        entry.returned(record);
        if (entry.run != null) {
            state.leavesPage(entry);
            state.becomesUnstored(entry);
        } else if (entry.unstoredIn == state.captured()) {
            // What a slice holds of it is not what it is now. One that is in no slice yet keeps its place in the list:
            // the
            // checkpoint that runs must take it.
            state.isUnstoredNoMore(entry);
            state.becomesUnstored(entry);
        }
        if (moves) {
            availability.arrived(entry);
        }
    }

    /** A page of the store's checkpoint; nothing of it is read. Of two pages with the same message the later one counts. */
    void restored(StoredPage page) {
        PagedRun run = new PagedRun(page);
        state.sawSequence(run.lastSequence());
        for (PagedLevel level : state.runs().levelsOf(run)) {
            for (PagedRun older : overlapped(level, run)) {
                for (int index = run.nextLive(0); index >= 0; index = run.nextLive(index + 1)) {
                    int old = older.indexOf(run.sequence(index));
                    if (old >= 0 && older.isOut(old)) {
                        state.runs().outLeaves(older, old);
                    }
                }
            }
        }
        state.runs().restored(run);
    }

    private static List<PagedRun> overlapped(PagedLevel level, PagedRun run) {
        List<PagedRun> overlapped = new ArrayList<>();
        TreeSet<PagedRun> out = level.out();
        for (PagedRun older : level.overlapping(out, run.firstSequence())) {
            if (older.firstSequence() > run.lastSequence()) {
                break;
            }
            if (older.lastSequence() >= run.firstSequence()) {
                overlapped.add(older);
            }
        }
        return overlapped;
    }

    /** The queue is gone with all it held. */
    void forgetAll() {
        state.runs().forgetAll();
        Set<PagedRun> left = new HashSet<>();
        QueueEntry entry = state.entries().atOrAfter(0);
        while (entry != null) {
            if (entry.run != null && entry.run.state != PagedRun.State.PENDING) {
                left.add(entry.run);
                entry.run = null;
            }
            if (entry.isHeld()) {
                availability.take(entry, QueueEntry.State.SETTLING);
            }
            state.removed(entry);
            entry = state.entries().atOrAfter(entry.sequence + 1);
        }
        left.forEach(state.runs()::forget);
        state.memory().add(-duplicateBytes);
        duplicateBytes = 0;
        state.memory().add(keys.forgetAll());
    }
}
