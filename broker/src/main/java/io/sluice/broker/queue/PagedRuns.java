package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.record.JournalRecord.Returned;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The pages of one queue, and what of them is out of memory. A queue without pages pays for the object only. Every change of a run
 * goes through here, so that the sets and sums agree with it.
 */
final class PagedRuns {
    private static final int OVERRIDE_BYTES = 250;
    /** Behind the priority levels come as many for what is scheduled. */
    private static final int SCHEDULED = Message.MAX_PRIORITY + 1;

    private final Pages pages;
    private final MemoryUse memory;
    private final LargeReferences large;
    private PagedLevel[] levels = new PagedLevel[0];
    /** Bit n: level n has messages that are out and will be delivered. */
    private int occupied;

    private final TreeSet<PagedRun> scheduled = new TreeSet<>(PagedRun.BY_DELIVERY);
    private final TreeSet<PagedRun> expiring = new TreeSet<>(PagedRun.BY_EXPIRY);
    /** Of the checkpoint that runs. */
    private List<PagedRun> pending = new ArrayList<>();
    /** Of which little is left. */
    private final Set<PagedRun> sparse = new LinkedHashSet<>();
    /** What happened to messages that are out, by sequence: their page does not know of it. */
    private final Map<Long, Returned> overrides = new HashMap<>();

    private final Sums available = new Sums();
    private final Sums later = new Sums();
    private final Sums leaving = new Sums();
    private final Sums damaged = new Sums();
    private long highestSequence;

    /** Messages out of memory, and their bytes. */
    static final class Sums {
        private long messages;
        private long bytes;

        long messages() {
            return messages;
        }

        long bytes() {
            return bytes;
        }
    }

    PagedRuns(Pages pages, MemoryUse memory, LargeReferences large) {
        this.large = large;
        this.pages = pages;
        this.memory = memory;
    }

    /** Out of memory, to be delivered. */
    Sums available() {
        return available;
    }

    /** Out of memory, to be delivered when their time has come. */
    Sums later() {
        return later;
    }

    /** Out of memory, and cannot be read. */
    Sums damaged() {
        return damaged;
    }

    long awayMessages() {
        return available.messages + later.messages + leaving.messages + damaged.messages;
    }

    long awayBytes() {
        return available.bytes + later.bytes + leaving.bytes + damaged.bytes;
    }

    /** Bits of the levels that have messages out of memory to be delivered. */
    int occupied() {
        return occupied & (1 << SCHEDULED) - 1;
    }

    /** The level's first message that is out; {@link Long#MAX_VALUE} where none is. */
    long boundary(int level) {
        return (occupied & 1 << level) == 0 ? Long.MAX_VALUE : levels[level].boundary();
    }

    /** @return the level, or behind the levels the one of what is scheduled; null where it has had no page */
    PagedLevel level(int level) {
        return level < levels.length ? levels[level] : null;
    }

    /** Where the run stands, null where no run did so far. */
    PagedLevel levelOf(PagedRun run) {
        return level(slot(run));
    }

    /** Levels, and levels of what is scheduled; some may be null. */
    int levelCount() {
        return levels.length;
    }

    /** @return the run that has this message out of memory, null where none has */
    PagedRun find(long sequence) {
        if (sequence > highestSequence || awayMessages() == 0) {
            return null;
        }
        for (PagedLevel level : levels) {
            PagedRun run = level == null ? null : level.find(sequence);
            if (run != null) {
                return run;
            }
        }
        return null;
    }

    /** Runs out of memory of which a message expires by then, soonest first; null where there is none. */
    PagedRun due(long nowMillis) {
        return expiring.isEmpty() || expiring.first().soonestExpiryMillis > nowMillis ? null : expiring.first();
    }

    Iterable<PagedRun> expiring() {
        return expiring;
    }

    /** Runs out of memory with messages for later, by the time of the first. */
    TreeSet<PagedRun> scheduled() {
        return scheduled;
    }

    /** All messages of the run are due: they are available, wherever they are. */
    void released(PagedRun run) {
        unlisted(run);
        if (run.isListedEvictable) {
            listEvictable(run, false);
        }
        run.isScheduled = false;
        opened(run);
        listed(run);
    }

    private static int slot(PagedRun run) {
        return run.isScheduled ? SCHEDULED + run.level : run.level;
    }

    // ---- a run comes

    void pending(PagedRun run) {
        pending.add(run);
        memory.add(run.footprintBytes());
    }

    void restored(PagedRun run) {
        memory.add(run.footprintBytes());
        for (int index = run.nextLive(0); index >= 0; index = run.nextLive(index + 1)) {
            large.came(run.largeBody(index));
        }
        if (run.liveCount == 0) {
            gone(run);
        } else {
            opened(run);
            listed(run);
        }
    }

    /** @return the runs whose checkpoint ends now */
    List<PagedRun> takePending() {
        List<PagedRun> ended = pending;
        pending = new ArrayList<>();
        return ended;
    }

    /** Its checkpoint is durable. */
    void completed(PagedRun run) {
        run.state = PagedRun.State.STORED;
        if (run.liveCount == 0) {
            pages.forgetPage(run.page);
            gone(run);
            return;
        }
        for (int index = 0; run.liveCount < run.count() && index < run.count(); index++) {
            if (!run.isLive(index)) {
                pages.forget(run.page, index);
            }
        }
        opened(run);
        listed(run);
    }

    /** Its checkpoint failed. */
    void failed(PagedRun run) {
        gone(run);
    }

    // ---- a run changes

    /** One of its entries in memory is available or scheduled from here on. */
    void held(PagedRun run) {
        run.heldCount++;
        if (!run.isListedEvictable && run.state == PagedRun.State.STORED) {
            listEvictable(run, true);
        }
    }

    /** One is no longer. */
    void heldNoMore(PagedRun run) {
        run.heldCount--;
        if (run.heldCount == 0 && run.isListedEvictable) {
            listEvictable(run, false);
        }
    }

    /** What may go out of memory is out; what stays is looked at again when it changes. */
    void evicted(PagedRun run) {
        if (run.isListedEvictable) {
            listEvictable(run, false);
        }
    }

    private void listEvictable(PagedRun run, boolean is) {
        run.isListedEvictable = is;
        TreeSet<PagedRun> set = levels[slot(run)].evictable();
        if (is) {
            set.add(run);
        } else {
            set.remove(run);
        }
    }

    /** A message that is in memory has left the queue, or is to stand in another page. */
    void residentLeaves(PagedRun run, int index) {
        run.leaves(index);
        if (run.state == PagedRun.State.PENDING) {
            return;
        }
        pages.forget(run.page, index);
        if (run.liveCount == 0) {
            unlisted(run);
            gone(run);
        } else {
            watchSparse(run);
        }
    }

    /** A message that is out has left the queue. */
    void outLeaves(PagedRun run, int index) {
        unlisted(run);
        forgetOverride(run.sequence(index));
        run.isOutNoMore(index);
        run.leaves(index);
        large.left(run.largeBody(index));
        pages.forget(run.page, index);
        if (run.liveCount == 0) {
            gone(run);
        } else {
            listed(run);
            watchSparse(run);
        }
    }

    /** All that is out is decided to leave. */
    void leaving(PagedRun run) {
        change(run, PagedRun.State.LEAVING);
    }

    void damaged(PagedRun run) {
        change(run, PagedRun.State.DAMAGED);
    }

    private void change(PagedRun run, PagedRun.State state) {
        unlisted(run);
        run.state = state;
        if (run.isListedEvictable) {
            listEvictable(run, false);
        }
        listed(run);
    }

    private void watchSparse(PagedRun run) {
        if (run.liveCount * 4 < run.count()) {
            sparse.add(run);
        }
    }

    /** Of each less than a quarter is live. */
    Collection<PagedRun> sparse() {
        return sparse;
    }

    // ---- what happened to messages that are out

    Collection<Returned> overrides() {
        return overrides.values();
    }

    void override(Returned returned) {
        if (overrides.put(returned.sequence(), returned) == null) {
            memory.add(OVERRIDE_BYTES);
        }
    }

    /** @return null where nothing happened to the message */
    Returned overrideOf(long sequence) {
        return overrides.isEmpty() ? null : overrides.get(sequence);
    }

    void forgetOverride(long sequence) {
        if (!overrides.isEmpty() && overrides.remove(sequence) != null) {
            memory.add(-OVERRIDE_BYTES);
        }
    }

    // ---- sets and sums

    private void opened(PagedRun run) {
        if (slot(run) >= levels.length) {
            levels = java.util.Arrays.copyOf(levels, slot(run) + 1);
        }
        if (levels[slot(run)] == null) {
            levels[slot(run)] = new PagedLevel();
        }
        levels[slot(run)].measure(run);
        highestSequence = Math.max(highestSequence, run.lastSequence());
    }

    /** To be called before what is out of the run changes. */
    void unlisted(PagedRun run) {
        if (run.isListedOut) {
            run.isListedOut = false;
            PagedLevel level = levels[slot(run)];
            sums(run).messages -= run.outCount;
            sums(run).bytes -= run.outBytes;
            (run.state == PagedRun.State.STORED ? level.out() : level.apart()).remove(run);
            if (run.state == PagedRun.State.STORED && run.soonestExpiryMillis != Message.NONE) {
                expiring.remove(run);
            }
            if (run.state == PagedRun.State.STORED && run.isScheduled) {
                scheduled.remove(run);
            }
            occupy(slot(run));
        }
    }

    /** To be called after it changed. */
    void listed(PagedRun run) {
        boolean away = run.outCount > 0;
        if (!away && run.state == PagedRun.State.LEAVING) {
            // What was to leave has left; what stays was with consumers meanwhile.
            run.state = PagedRun.State.STORED;
        }
        if (run.heldCount > 0 && run.state == PagedRun.State.STORED && !run.isListedEvictable) {
            listEvictable(run, true);
        }
        if (away) {
            run.isListedOut = true;
            PagedLevel level = levels[slot(run)];
            sums(run).messages += run.outCount;
            sums(run).bytes += run.outBytes;
            (run.state == PagedRun.State.STORED ? level.out() : level.apart()).add(run);
            if (run.state == PagedRun.State.STORED && run.soonestExpiryMillis != Message.NONE) {
                expiring.add(run);
            }
            if (run.state == PagedRun.State.STORED && run.isScheduled) {
                scheduled.add(run);
            }
            occupy(slot(run));
        }
    }

    private void occupy(int level) {
        levels[level].changed();
        if (levels[level].out().isEmpty()) {
            occupied &= ~(1 << level);
        } else {
            occupied |= 1 << level;
        }
    }

    private Sums sums(PagedRun run) {
        return switch (run.state) {
            case LEAVING -> leaving;
            case DAMAGED -> damaged;
            default -> run.isScheduled ? later : available;
        };
    }

    private void gone(PagedRun run) {
        if (run.isListedEvictable) {
            listEvictable(run, false);
        }
        sparse.remove(run);
        run.state = PagedRun.State.GONE;
        memory.add(-run.footprintBytes());
    }

    /** The queue goes with all its pages. */
    void forgetAll() {
        for (PagedLevel level : levels) {
            if (level != null) {
                forgetAll(level.out());
                forgetAll(level.apart());
            }
        }
        for (long sequence : new ArrayList<>(overrides.keySet())) {
            forgetOverride(sequence);
        }
    }

    private void forgetAll(TreeSet<PagedRun> runs) {
        for (PagedRun run : new ArrayList<>(runs)) {
            forget(run);
        }
    }

    /** All that is left of the run leaves. */
    void forget(PagedRun run) {
        unlisted(run);
        for (int index = run.nextOut(0); index >= 0; index = run.nextOut(index + 1)) {
            large.left(run.largeBody(index));
        }
        if (run.state != PagedRun.State.PENDING && run.state != PagedRun.State.GONE) {
            pages.forgetPage(run.page);
            gone(run);
        }
    }
}
