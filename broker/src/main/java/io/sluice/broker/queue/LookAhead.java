package io.sluice.broker.queue;

import java.util.Arrays;

/**
 * How far one dispatch has looked past messages that nobody may have now, in each level. What is passed is not looked at again by the
 * same dispatch: nothing becomes available and nobody gets credit meanwhile. Messages whose group is with somebody who cannot take
 * more are passed up to a limit, or a long queue of one group would be walked through for every message.
 */
final class LookAhead {
    /** Messages held back by their groups that are passed in a level. */
    static final int MAX_HELD_BACK = 1_000;

    private final QueueEntry[] passed;
    private final int[] heldBack;
    private final long[] heldBackBytes;
    private boolean used;
    /** Of this dispatch; 0 is none. */
    private long number = 1;

    LookAhead(int levelCount) {
        this.passed = new QueueEntry[levelCount];
        this.heldBack = new int[levelCount];
        this.heldBackBytes = new long[levelCount];
    }

    /** The dispatch is over. */
    void clear() {
        if (used) {
            used = false;
            number++;
            Arrays.fill(passed, null);
            Arrays.fill(heldBack, 0);
            Arrays.fill(heldBackBytes, 0);
        }
    }

    /** The first entry of the level that was not passed, null at the end. */
    QueueEntry next(int level, ReadyList entries) {
        return passed[level] == null ? entries.head() : passed[level].links.nextReady;
    }

    /** Nobody may have the entry, which was the {@link #next}. @param byGroup because of its group */
    void pass(int level, QueueEntry entry, boolean byGroup) {
        used = true;
        passed[level] = entry;
        if (byGroup) {
            heldBack[level]++;
            heldBackBytes[level] += entry.footprintBytes();
        }
    }

    /** The last entry of the level that was passed, null where none was. */
    QueueEntry lastPassed(int level) {
        return passed[level];
    }

    /** An entry that was passed because of its group is given out after all, and leaves the list. */
    void takenBack(int level, QueueEntry entry) {
        heldBack[level]--;
        heldBackBytes[level] -= entry.footprintBytes();
        if (passed[level] == entry) {
            passed[level] = entry.links.previousReady;
        }
    }

    /** A message of the group waits for its consumer's credit: those behind it wait as well, whoever may have them. */
    void holdBack(GroupTable.Group group) {
        group.holdBackIn(number);
    }

    boolean holdsBack(GroupTable.Group group) {
        return group.isHeldBackIn(number);
    }

    /** Whether anything was held back by its group. */
    boolean heldBack() {
        for (int level = 0; used && level < heldBack.length; level++) {
            if (heldBack[level] > 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether no more is looked at in the level. */
    boolean isAtEnd(int level) {
        return heldBack[level] >= MAX_HELD_BACK;
    }

    /** Whether what is out of memory should be read to look at it: as much as this stays in memory behind what is held back. */
    boolean reaches(int level, long windowBytes) {
        return heldBackBytes[level] < windowBytes;
    }
}
