package io.sluice.broker.queue;

import io.sluice.broker.Message;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The pages of one queue, and what of them is out of memory. A queue without pages pays for the object only. Every change of a run
 * goes through here, so that the sets and sums agree with it.
 */
final class PagedRuns {
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

    private final Overrides overrides;

    private final AwaySums away;
    private long highestSequence;

    PagedRuns(Pages pages, MemoryUse memory, LargeReferences large, LevelDepths depths) {
        this.away = new AwaySums(depths);
        this.large = large;
        this.pages = pages;
        this.overrides = new Overrides(memory);
        this.memory = memory;
    }

    /** Messages out of memory. */
    AwaySums away() {
        return away;
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

    /** @return what is scheduled of the level; null where that has had no page */
    PagedLevel waiting(int level) {
        return level(SCHEDULED + level);
    }

    /** Where messages of the run may stand: among the available ones of its level, and among those that wait. */
    List<PagedLevel> levelsOf(PagedRun run) {
        return Stream.of(level(run.level()), level(SCHEDULED + run.level()))
                .filter(Objects::nonNull)
                .toList();
    }

    /** Levels, and levels of what is scheduled; some may be null. */
    int levelCount() {
        return levels.length;
    }

    /** @return the run that has this message out of memory, null where none has */
    PagedRun find(long sequence) {
        if (sequence > highestSequence || away.messages() == 0) {
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

    /** @return the run that has the first message of any level at or behind {@code sequence} that is out and can be read; null for none */
    PagedRun nextOut(long sequence) {
        PagedRun best = null;
        long bestSequence = Long.MAX_VALUE;
        for (PagedLevel level : levels) {
            PagedRun run = level == null ? null : level.nextOut(sequence);
            long first = run == null ? Long.MAX_VALUE : run.sequence(run.nextOutFrom(sequence));
            if (first < bestSequence) {
                best = run;
                bestSequence = first;
            }
        }
        return best;
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
        if (run.is(PagedRun.Mark.LISTED_EVICTABLE)) {
            listEvictable(run, false);
        }
        run.isScheduled = false;
        opened(run);
        listed(run);
    }

    /** Its place among the levels, and behind them the levels of what is scheduled. */
    static int slot(PagedRun run) {
        return run.isScheduled ? SCHEDULED + run.level() : run.level();
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
            pages.forgetPage(run.page());
            gone(run);
            return;
        }
        for (int index = 0; run.liveCount < run.count() && index < run.count(); index++) {
            if (!run.isLive(index)) {
                pages.forget(run.page(), index);
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
        if (!run.is(PagedRun.Mark.LISTED_EVICTABLE) && run.state == PagedRun.State.STORED) {
            listEvictable(run, true);
        }
    }

    /** One is no longer. */
    void heldNoMore(PagedRun run) {
        run.heldCount--;
        if (run.heldCount == 0 && run.is(PagedRun.Mark.LISTED_EVICTABLE)) {
            listEvictable(run, false);
        }
    }

    /** What may go out of memory is out; what stays is looked at again when it changes. */
    void evicted(PagedRun run) {
        if (run.is(PagedRun.Mark.LISTED_EVICTABLE)) {
            listEvictable(run, false);
        }
    }

    private void listEvictable(PagedRun run, boolean is) {
        run.mark(PagedRun.Mark.LISTED_EVICTABLE, is);
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
        pages.forget(run.page(), index);
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
        overrides.forget(run.sequence(index));
        run.isOutNoMore(index);
        run.leaves(index);
        large.left(run.largeBody(index));
        pages.forget(run.page(), index);
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
        if (run.is(PagedRun.Mark.LISTED_EVICTABLE)) {
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

    /** What happened to messages that are out. */
    Overrides overrides() {
        return overrides;
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
        if (run.is(PagedRun.Mark.LISTED_OUT)) {
            run.mark(PagedRun.Mark.LISTED_OUT, false);
            PagedLevel level = levels[slot(run)];
            away.subtract(run);
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
        boolean anyOut = run.outCount > 0;
        if (!anyOut && run.state == PagedRun.State.LEAVING) {
            // What was to leave has left; what stays was with consumers meanwhile.
            run.state = PagedRun.State.STORED;
        }
        if (run.heldCount > 0 && run.state == PagedRun.State.STORED && !run.is(PagedRun.Mark.LISTED_EVICTABLE)) {
            listEvictable(run, true);
        }
        if (anyOut) {
            run.mark(PagedRun.Mark.LISTED_OUT, true);
            PagedLevel level = levels[slot(run)];
            away.add(run);
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

    private void gone(PagedRun run) {
        if (run.is(PagedRun.Mark.LISTED_EVICTABLE)) {
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
        overrides.forgetAll();
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
            pages.forgetPage(run.page());
            gone(run);
        }
    }
}
