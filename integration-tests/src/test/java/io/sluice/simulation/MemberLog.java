package io.sluice.simulation;

import io.sluice.broker.port.JournalPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;

/** What a member's disk holds of the log: term, vote, entries. Entries that were not forced may go with the power. */
final class MemberLog {
    static final int NOBODY = -1;

    private final List<LogEntry> entries = new ArrayList<>();
    private long term;
    private int vote = NOBODY;
    /** What the log begins behind. */
    private long purgedIndex;

    private long purgedTerm;
    private SortedSet<Integer> purgedMembers;
    private long forced;

    /** @param founders empty: of a member that nobody took in yet */
    MemberLog(SortedSet<Integer> founders) {
        purgedMembers = founders;
    }

    long term() {
        return term;
    }

    int vote() {
        return vote;
    }

    /** Durable at once. */
    void vote(long newTerm, int candidate) {
        term = newTerm;
        vote = candidate;
    }

    long last() {
        return purgedIndex + entries.size();
    }

    long lastTerm() {
        return termOf(last());
    }

    long forced() {
        return forced;
    }

    long purged() {
        return purgedIndex;
    }

    /** @return -1 where the log does not have the entry */
    long termOf(long index) {
        if (index == purgedIndex) {
            return purgedTerm;
        }
        return index < purgedIndex || index > last() ? -1 : entry(index).term();
    }

    LogEntry entry(long index) {
        return entries.get((int) (index - purgedIndex - 1));
    }

    List<LogEntry> from(long index, int most) {
        int from = (int) (index - purgedIndex - 1);
        return List.copyOf(entries.subList(from, Math.min(entries.size(), from + most)));
    }

    void add(LogEntry entry) {
        entries.add(entry);
    }

    void cutBehind(long index) {
        entries.subList((int) (index - purgedIndex), entries.size()).clear();
        forced = Math.min(forced, index);
    }

    void forced(long index) {
        forced = Math.max(forced, Math.min(index, last()));
    }

    /** Who keeps the log, by its last entry that says so. */
    SortedSet<Integer> members() {
        return membersAt(last());
    }

    /** As of an entry that is not purged, or the last purged one. */
    SortedSet<Integer> membersAt(long index) {
        for (long i = index; i > purgedIndex; i--) {
            if (entry(i).members() != null) {
                return entry(i).members();
            }
        }
        return purgedMembers;
    }

    /** The index of the last entry that changed the members. */
    long membersSince() {
        long index = last();
        while (index > purgedIndex && entry(index).members() == null) {
            index--;
        }
        return index;
    }

    /** Entries up to here stand in the store's checkpoint. */
    void purge(long index) {
        if (index <= purgedIndex) {
            return;
        }
        SortedSet<Integer> members = membersAt(index);
        long itsTerm = termOf(index);
        entries.subList(0, (int) (index - purgedIndex)).clear();
        purgedMembers = members;
        purgedTerm = itsTerm;
        purgedIndex = index;
        forced = Math.max(forced, index);
    }

    /** A snapshot stands for all of it. */
    void replace(JournalPosition position, SortedSet<Integer> members) {
        entries.clear();
        purgedIndex = position.index();
        purgedTerm = position.epoch();
        purgedMembers = new TreeSet<>(members);
        forced = purgedIndex;
    }

    /** Of what was not forced, some of the oldest survives. @param forgets as a disk that lies would */
    void powerLost(Random random, boolean forgets) {
        long least = forgets ? Math.max(purgedIndex, forced - 5) : forced;
        long survives = least + random.nextInt((int) (last() - least) + 1);
        cutBehind(forgets ? least : survives);
        forced = last();
    }
}
