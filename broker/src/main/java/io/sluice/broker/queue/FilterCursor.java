package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Returned;
import java.util.Arrays;

/**
 * Where a consumer that takes selected messages stands: in each level, what it has examined is not examined again, unless it comes
 * back. What is out of memory it reads for itself, one page at a time; only what it selects comes into memory.
 */
final class FilterCursor {
    /** In one go; then others have their turn. */
    private static final int MAX_EXAMINED = 5_000;
    /** Of a level; more are looked for again, rather than remembered. */
    private static final int MAX_CAME_BACK = 10_000;

    private final Consumer consumer;
    private final QueueState state;
    private final QueueLoads loads;
    private final PageReading reading;
    private final GroupTable groups;
    private final ReadyLevels ready;
    /** By level; everything before is examined. */
    private final long[] next;
    /** By level, selected messages that are before {@link #next}: they came back, or their group was with another consumer. */
    private final SelectedBefore[] before;

    private int examined;
    /** By level, of this look: everything before is of noisy tenants or not selected; how many were passed, and how many of them selected. */
    private final long[] quietFrom;

    private final int[] passed;
    private final int[] noisy;

    FilterCursor(
            Consumer consumer,
            QueueState state,
            QueueLoads loads,
            PageReading reading,
            GroupTable groups,
            ReadyLevels ready) {
        this.ready = ready;
        this.consumer = consumer;
        this.state = state;
        this.loads = loads;
        this.reading = reading;
        this.groups = groups;
        this.next = new long[state.levelCount()];
        this.before = new SelectedBefore[next.length];
        this.quietFrom = new long[next.length];
        this.passed = new int[next.length];
        this.noisy = new int[next.length];
        Arrays.setAll(before, level -> new SelectedBefore(groups, consumer));
    }

    /** A page is on its way that must be looked at before anything can be said. */
    boolean isWaiting() {
        return reading.isWaiting();
    }

    /** So much was examined that others should have their turn. */
    boolean isTired() {
        return examined >= MAX_EXAMINED;
    }

    /** A new look begins. */
    void rested() {
        examined = 0;
        if (groups.isFair()) {
            Arrays.fill(quietFrom, 0);
            Arrays.fill(passed, 0);
            Arrays.fill(noisy, 0);
        }
        for (SelectedBefore level : before) {
            level.fromTheStart();
        }
    }

    /** What it selects is not what it was: all is looked at again. */
    void startOver() {
        Arrays.fill(next, 0);
        for (SelectedBefore level : before) {
            level.clear();
            level.fromTheStart();
        }
    }

    /** The consumer has a group that it did not have: what this look held back for another is its own by now. */
    void hasAGroupMore() {
        for (SelectedBefore level : before) {
            level.fromTheStart();
        }
    }

    /** Whether it selects messages that it may not have because of their groups. */
    boolean isHeldBack() {
        for (SelectedBefore level : before) {
            if (level.size() > 0) {
                return true;
            }
        }
        return false;
    }

    /** A message is available that was not: if the cursor is past it, it is looked at now. */
    void becameAvailable(QueueEntry entry) {
        int level = state.levelOf(entry.message);
        if (entry.sequence < next[level] && consumer.mayTake(entry)) {
            if (before[level].size() >= MAX_CAME_BACK) {
                next[level] = Math.min(before[level].first(), entry.sequence);
                before[level].clear();
            } else {
                before[level].add(entry.sequence, entry.message.group(), null);
            }
        }
    }

    /**
     * The first selected message of the level whose group is not with another consumer.
     *
     * @return null where there is none, and where the cursor {@link #isWaiting} or {@link #isTired}
     */
    QueueEntry peek(int level, long nowMillis) {
        long sequence = before[level].nextFree();
        while (sequence != SelectedBefore.NONE && !isWaiting()) {
            QueueEntry entry = find(level, sequence, nowMillis);
            if (isWaiting()) {
                return null;
            }
            if (entry != null && !holdsBack(level, entry)) {
                return entry;
            }
            if (entry == null) {
                before[level].remove(sequence);
            }
            sequence = before[level].nextFree();
        }
        while (!isWaiting() && !isTired() && !before[level].isFull()) {
            PagedLevel paged = state.runs().level(level);
            PagedRun run = paged == null ? null : paged.nextOut(next[level]);
            int index = run == null ? -1 : run.nextOutFrom(next[level]);
            long outSequence = run == null ? Long.MAX_VALUE : run.sequence(index);
            QueueEntry entry = resident(level, outSequence);
            if (entry != null || outSequence == Long.MAX_VALUE || isTired() || before[level].isFull()) {
                return entry;
            }
            entry = out(run, index, nowMillis);
            if (isWaiting()) {
                return null;
            }
            if (entry != null && !holdsBack(level, entry)) {
                return entry;
            }
            next[level] = outSequence + 1;
        }
        return null;
    }

    /**
     * Of tenants that share fairly, the first selected message behind one of a noisy tenant that is of another, in memory and as far ahead as is
     * looked; where there is none the noisy tenant gets more.
     *
     * @param first of the level that it selects
     * @param endSequence what is there is not looked at
     * @return {@code first} where there is no other
     */
    QueueEntry quiet(int level, QueueEntry first, long endSequence) {
        QueueEntry entry = state.entries().atOrAfter(Math.max(first.sequence, quietFrom[level]));
        while (entry != null
                && entry.sequence < endSequence
                && passed[level] < MAX_EXAMINED
                && noisy[level] < LookAhead.MAX_HELD_BACK) {
            quietFrom[level] = entry.sequence;
            if (entry.links.inReady && state.levelOf(entry.message) == level && consumer.mayTake(entry)) {
                if (!groups.isNoisy(entry.message.group())) {
                    return entry;
                }
                noisy[level]++;
            }
            passed[level]++;
            quietFrom[level]++;
            entry = state.entries().atOrAfter(quietFrom[level]);
        }
        return first;
    }

    /** The message is not for this consumer while another one has its group; it is looked at again when that changes. */
    private boolean holdsBack(int level, QueueEntry entry) {
        GroupTable.Group group = groups.of(entry.message.group());
        boolean keeps = group != null && groups.keepsFrom(entry, consumer);
        boolean is = keeps || (group != null && before[level].holdsBack(entry.message.group()));
        if (is) {
            before[level].add(entry.sequence, entry.message.group(), keeps && group.isIdle() ? group.owner() : null);
            before[level].nextFree();
        }
        return is;
    }

    /** Walks over what is in memory before {@code endSequence}; the cursor stays at what it selects. */
    private QueueEntry resident(int level, long endSequence) {
        QueueEntry entry = candidate(level, next[level]);
        while (entry != null && entry.sequence < endSequence && !isTired() && !before[level].isFull()) {
            examined++;
            boolean is = entry.links.inReady
                    && state.levelOf(entry.message) == level
                    && consumer.mayTake(entry)
                    && !holdsBack(level, entry);
            next[level] = is ? entry.sequence : entry.sequence + 1;
            if (is) {
                return entry;
            }
            entry = candidate(level, entry.sequence + 1);
        }
        return null;
    }

    /** The next in memory that it may select: what is between is of other sessions. */
    private QueueEntry candidate(int level, long sequence) {
        if (!consumer.takesWholeSession()) {
            return state.entries().atOrAfter(sequence);
        }
        String id = consumer.session.id();
        return id == null
                ? ready.sessions().firstFree(level, sequence)
                : ready.sessions().first(level, id, sequence);
    }

    /** @return the entry of a selected message, brought into memory; null where it is not selected or held back, or its page must be read first */
    private QueueEntry out(PagedRun run, int index, long nowMillis) {
        Enqueued stored = reading.message(run, index);
        if (stored == null) {
            return null;
        }
        examined++;
        boolean expired = stored.expiresAtMillis() != Message.NONE && stored.expiresAtMillis() <= nowMillis;
        Returned override = state.runs().overrides().of(stored.sequence());
        Message message = override == null ? stored.message() : stored.message().withAdded(override.added());
        boolean waits = override != null && override.deliverAtMillis() > nowMillis;
        if (expired || waits || !consumer.selects(message)) {
            return null;
        }
        SelectedBefore passed = before[run.level()];
        if (groups.keepsFrom(message.group(), consumer) || passed.holdsBack(message.group())) {
            // It stays where it is.
            passed.add(stored.sequence(), message.group(), null);
            passed.nextFree();
            return null;
        }
        return loads.bringIn(run, stored);
    }

    /** @return a message that came back, null where it is not available any more or its page must be read first */
    private QueueEntry find(int level, long sequence, long nowMillis) {
        QueueEntry entry = state.entries().find(sequence);
        if (entry != null) {
            return entry.links.inReady && consumer.mayTake(entry) ? entry : null;
        }
        PagedRun run = state.runs().find(sequence);
        boolean available = run != null && run.isReadable() && !run.isScheduled && run.level() == level;
        return available ? out(run, run.indexOf(sequence), nowMillis) : null;
    }
}
