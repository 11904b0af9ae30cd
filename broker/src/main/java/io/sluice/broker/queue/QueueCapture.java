package io.sluice.broker.queue;

import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.MessageStore.Slice;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What of a queue goes into the checkpoint that runs: every durable message that no page had when it began. Entries that are in a
 * slice wait in a list of their own until the slice is stored. Shard's thread only.
 */
public final class QueueCapture {
    /** The first and the last message of a page are not further from each other, so that few pages are searched for one message. */
    private static final long MAX_SPAN = 1 << 16;
    /** Of pages of which little is left, so many are packed anew with one checkpoint. */
    private static final int MAX_DISSOLVED = 64;
    /** Messages for later that are sorted by time in one go. */
    private static final int MAX_SORTED = 1 << 13;

    private final QueueState state;
    private final QueueLoads loads;
    private final Duplicates duplicates;
    private final LastValueKeys keys;
    private final SessionStates states;
    /** By level, how many of its unstored entries are still to be captured. */
    private final int[] left;
    /** As {@link #left}, of those for later. */
    private int leftForLater;
    /** Of those, some by level and time, so that what is in one page is due at about one time; to be captured from {@link #laterAt}. */
    private QueueEntry[] later = {};

    private int laterAt;

    QueueCapture(QueueState state, QueueLoads loads, Duplicates duplicates, LastValueKeys keys, SessionStates states) {
        this.states = states;
        this.duplicates = duplicates;
        this.keys = keys;
        this.state = state;
        this.loads = loads;
        this.left = new int[state.levelCount()];
    }

    /** A checkpoint begins. @param records gets what must be remembered beside messages */
    public void begins(List<JournalRecord> records) {
        dissolveSparse();
        for (int level = 0; level < left.length; level++) {
            left[level] = state.unstored(level).size();
        }
        leftForLater = state.unstoredForLater().size();
        records.addAll(state.runs().overrides().all());
        records.addAll(duplicates.asRecords());
        records.addAll(keys.asRecords());
        records.addAll(states.asRecords());
        if (state.settings().isPaused()) {
            records.add(state.settings().paused());
        }
    }

    /** The next messages, of one level; empty when all are captured. */
    public Optional<Slice> next(int maxBytes) {
        for (int level = 0; level < left.length; level++) {
            List<QueueEntry> entries = take(level, maxBytes);
            if (!entries.isEmpty()) {
                left[level] -= entries.size();
                return Optional.of(slice(entries));
            }
        }
        List<QueueEntry> entries = takeForLater(maxBytes);
        return entries.isEmpty() ? Optional.empty() : Optional.of(slice(entries));
    }

    private Slice slice(List<QueueEntry> entries) {
        List<Enqueued> messages = new ArrayList<>(entries.size());
        for (QueueEntry entry : entries) {
            entry.unstoredIn.remove(entry);
            state.captured().add(entry);
            messages.add(entry.asRecord(state.id()));
        }
        return new Slice(state.levelOf(entries.get(0).message), messages);
    }

    private List<QueueEntry> takeForLater(int maxBytes) {
        List<QueueEntry> entries = new ArrayList<>();
        long bytes = 0;
        while (entries.isEmpty() && (laterAt < later.length || leftForLater > 0)) {
            if (laterAt == later.length) {
                sortSomeForLater();
            }
            while (laterAt < later.length && entries.size() < MessageStore.MAX_PAGE_MESSAGES) {
                QueueEntry entry = later[laterAt];
                if (entry.unstoredIn == state.unstoredForLater()) {
                    bytes += entry.message.residentBytes();
                    boolean other = !entries.isEmpty()
                            && (bytes > maxBytes
                                    || state.levelOf(entry.message) != state.levelOf(entries.get(0).message));
                    if (other) {
                        break;
                    }
                    entries.add(entry);
                }
                laterAt++;
            }
        }
        entries.sort(Comparator.comparingLong(each -> each.sequence));
        return entries;
    }

    private void sortSomeForLater() {
        later = new QueueEntry[Math.min(leftForLater, MAX_SORTED)];
        laterAt = 0;
        int count = 0;
        QueueEntry entry = state.unstoredForLater().head();
        while (entry != null && count < later.length) {
            later[count++] = entry;
            entry = entry.nextUnstored;
        }
        leftForLater = count < later.length ? 0 : leftForLater - count;
        later = Arrays.copyOf(later, count);
        Arrays.sort(
                later,
                Comparator.comparingInt((QueueEntry each) -> state.levelOf(each.message))
                        .thenComparingLong(each -> each.deliverAtMillis)
                        .thenComparingLong(each -> each.sequence));
    }

    private List<QueueEntry> take(int level, int maxBytes) {
        List<QueueEntry> entries = new ArrayList<>();
        int most = Math.min(left[level], MessageStore.MAX_PAGE_MESSAGES);
        long bytes = 0;
        boolean ascending = true;
        QueueEntry entry = state.unstored(level).head();
        // Some may have come back to wait since they were listed here: they go into pages of their own.
        boolean waits = entry != null && entry.state == QueueEntry.State.SCHEDULED;
        for (int looked = 0; entry != null && looked < most; looked++, entry = entry.nextUnstored) {
            if ((entry.state == QueueEntry.State.SCHEDULED) != waits) {
                continue;
            }
            bytes += entry.message.residentBytes();
            if (bytes > maxBytes && !entries.isEmpty()) {
                break;
            }
            ascending &= entries.isEmpty() || entries.get(entries.size() - 1).sequence < entry.sequence;
            entries.add(entry);
        }
        if (!ascending) {
            entries.sort(Comparator.comparingLong(each -> each.sequence));
        }
        int near = 0;
        while (near < entries.size() && entries.get(near).sequence - entries.get(0).sequence < MAX_SPAN) {
            near++;
        }
        return entries.subList(0, near);
    }

    /** The messages, captured before, stand in this page; those that changed since or left are not its any longer. */
    public void stored(List<Enqueued> messages, long page) {
        PagedRun run = new PagedRun(page, state.levelOf(messages.get(0).message()), messages);
        QueueEntry[] entries = new QueueEntry[run.count()];
        for (int index = 0; index < entries.length; index++) {
            entries[index] = unchanged(messages.get(index));
            if (entries[index] == null) {
                run.leaves(index);
            } else {
                run.isScheduled |= entries[index].state == QueueEntry.State.SCHEDULED;
            }
        }
        for (int index = 0; index < entries.length; index++) {
            if (entries[index] != null) {
                stored(entries[index], run, index);
            }
        }
        state.runs().pending(run);
    }

    /** @return the entry that is as it was captured, null where it left or changed */
    private QueueEntry unchanged(Enqueued message) {
        QueueEntry entry = state.entries().find(message.sequence());
        boolean is = entry != null
                && entry.unstoredIn == state.captured()
                && entry.message == message.message()
                && entry.deliveryCount == message.deliveryCount();
        return is ? entry : null;
    }

    private void stored(QueueEntry entry, PagedRun run, int index) {
        state.isUnstoredNoMore(entry);
        if (run.isScheduled && entry.state != QueueEntry.State.SCHEDULED) {
            // It became due meanwhile: among those that wait nobody would look for it.
            run.leaves(index);
            state.becomesUnstored(entry);
            return;
        }
        entry.run = run;
        entry.place = index;
        if (entry.isHeld()) {
            state.runs().held(run);
        }
    }

    /** The checkpoint is durable: its messages may leave memory. */
    public void completed() {
        for (PagedRun run : state.runs().takePending()) {
            state.runs().completed(run);
        }
        release();
    }

    /** The checkpoint failed: what it had stored is to be captured again. */
    public void failed() {
        for (PagedRun run : state.runs().takePending()) {
            for (int index = run.nextLive(0); index >= 0; index = run.nextLive(index + 1)) {
                QueueEntry entry = state.entries().find(run.sequence(index));
                entry.run = null;
                state.becomesUnstored(entry);
            }
            state.runs().failed(run);
        }
        release();
    }

    /** What was captured and never stored is to be captured again. */
    private void release() {
        later = new QueueEntry[0];
        laterAt = 0;
        for (QueueEntry entry = state.captured().head();
                entry != null;
                entry = state.captured().head()) {
            state.isUnstoredNoMore(entry);
            state.becomesUnstored(entry);
        }
    }

    /** Pages of which little was left at two checkpoints in a row are given up; the messages go into fuller ones. */
    private void dissolveSparse() {
        int dissolved = 0;
        for (PagedRun run : new ArrayList<>(state.runs().sparse())) {
            if (!run.is(PagedRun.Mark.WAS_SPARSE)) {
                run.mark(PagedRun.Mark.WAS_SPARSE, true);
            } else if (dissolved < MAX_DISSOLVED && run.state == PagedRun.State.STORED) {
                loads.dissolve(run);
                dissolved++;
            }
        }
    }
}
