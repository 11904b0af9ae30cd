package io.sluice.broker.queue;

import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.MessageStore.Slice;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.ArrayList;
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

    private final QueueState state;
    private final QueueLoads loads;
    private final UnstoredList captured = new UnstoredList();
    /** By level, how many of its unstored entries are still to be captured. */
    private final int[] left;

    QueueCapture(QueueState state, QueueLoads loads) {
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
        records.addAll(state.runs().overrides());
    }

    /** The next messages, of one level; empty when all are captured. */
    public Optional<Slice> next(int maxBytes) {
        for (int level = 0; level < left.length; level++) {
            List<QueueEntry> entries = take(level, maxBytes);
            if (!entries.isEmpty()) {
                List<Enqueued> messages = new ArrayList<>(entries.size());
                for (QueueEntry entry : entries) {
                    entry.unstoredIn.remove(entry);
                    captured.add(entry);
                    messages.add(entry.asRecord(state.id()));
                }
                left[level] -= entries.size();
                return Optional.of(new Slice(level, messages));
            }
        }
        return Optional.empty();
    }

    private List<QueueEntry> take(int level, int maxBytes) {
        List<QueueEntry> entries = new ArrayList<>();
        int most = Math.min(left[level], MessageStore.MAX_PAGE_MESSAGES);
        long bytes = 0;
        boolean ascending = true;
        QueueEntry entry = state.unstored(level).head();
        while (entry != null && entries.size() < most) {
            bytes += entry.message.size();
            if (bytes > maxBytes && !entries.isEmpty()) {
                break;
            }
            ascending &= entries.isEmpty() || entries.get(entries.size() - 1).sequence < entry.sequence;
            entries.add(entry);
            entry = entry.nextUnstored;
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
        for (int index = 0; index < run.count(); index++) {
            Enqueued message = messages.get(index);
            QueueEntry entry = state.entries().find(message.sequence());
            if (entry != null
                    && entry.unstoredIn == captured
                    && entry.message == message.message()
                    && entry.deliveryCount == message.deliveryCount()) {
                state.isUnstoredNoMore(entry);
                entry.run = run;
                entry.place = index;
                if (entry.links.inReady) {
                    state.runs().ready(run);
                }
            } else {
                run.leaves(index);
            }
        }
        state.runs().pending(run);
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
        for (QueueEntry entry = captured.head(); entry != null; entry = captured.head()) {
            state.isUnstoredNoMore(entry);
            state.becomesUnstored(entry);
        }
    }

    /** Pages of which little was left at two checkpoints in a row are given up; the messages go into fuller ones. */
    private void dissolveSparse() {
        int dissolved = 0;
        for (PagedRun run : new ArrayList<>(state.runs().sparse())) {
            if (!run.wasSparse) {
                run.wasSparse = true;
            } else if (dissolved < MAX_DISSOLVED && run.state == PagedRun.State.STORED) {
                loads.dissolve(run);
                dissolved++;
            }
        }
    }
}
