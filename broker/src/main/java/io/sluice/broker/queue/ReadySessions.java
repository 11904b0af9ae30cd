package io.sluice.broker.queue;

import io.sluice.broker.MessageGroup;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The available messages of a queue by their sessions, so that nobody walks through all others to find those of one, or the next session that nobody
 * has. Kept from when somebody first asks for a session; a queue where nobody does has none. Shard's thread only.
 */
final class ReadySessions {
    private final Level[] levels;
    /** Sessions that somebody has. */
    private final Set<String> held = new HashSet<>();

    private int size;

    /** Those of one priority level. */
    private static final class Level {
        private final Map<String, Session> sessions = new HashMap<>();
        /** Of those that nobody has, by their first messages. */
        private final TreeMap<Long, Session> free = new TreeMap<>();
    }

    private static final class Session {
        private final TreeMap<Long, QueueEntry> entries = new TreeMap<>();
        private boolean held;

        private Session(boolean held) {
            this.held = held;
        }
    }

    ReadySessions(int levelCount) {
        levels = new Level[levelCount];
        Arrays.setAll(levels, level -> new Level());
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** An entry is among the available ones of the level. */
    void insert(int level, QueueEntry entry) {
        MessageGroup group = entry.message.group();
        if (group.isNone()) {
            return;
        }
        Level in = levels[level];
        Session session = in.sessions.computeIfAbsent(group.id(), id -> new Session(held.contains(id)));
        boolean first = session.entries.isEmpty() || entry.sequence < session.entries.firstKey();
        if (first && !session.held) {
            leaveFree(in, session);
        }
        session.entries.put(entry.sequence, entry);
        if (first && !session.held) {
            in.free.put(entry.sequence, session);
        }
        size++;
    }

    /** An entry that was among the available ones of the level is not any longer. */
    void remove(int level, QueueEntry entry) {
        MessageGroup group = entry.message.group();
        if (group.isNone()) {
            return;
        }
        Level in = levels[level];
        Session session = in.sessions.get(group.id());
        boolean first = !session.held && entry.sequence == session.entries.firstKey();
        if (first) {
            leaveFree(in, session);
        }
        session.entries.remove(entry.sequence);
        if (session.entries.isEmpty()) {
            in.sessions.remove(group.id());
        } else if (first) {
            in.free.put(session.entries.firstKey(), session);
        }
        size--;
    }

    private static void leaveFree(Level level, Session session) {
        if (!session.entries.isEmpty()) {
            level.free.remove(session.entries.firstKey());
        }
    }

    /** Somebody has the session from here on. */
    void hold(String id) {
        held.add(id);
        for (Level level : levels) {
            Session session = level.sessions.get(id);
            if (session != null && !session.held) {
                session.held = true;
                leaveFree(level, session);
            }
        }
    }

    /** Nobody has it any longer. */
    void letGo(String id) {
        held.remove(id);
        for (Level level : levels) {
            Session session = level.sessions.get(id);
            if (session != null && session.held) {
                session.held = false;
                level.free.put(session.entries.firstKey(), session);
            }
        }
    }

    /** @return the first available message of the session in the level at or behind {@code sequence}, null where there is none */
    QueueEntry first(int level, String id, long sequence) {
        Session session = levels[level].sessions.get(id);
        return session == null ? null : atOrAfter(session, sequence);
    }

    /** As {@link #first}, of any session that nobody has. */
    QueueEntry firstFree(int level, long sequence) {
        TreeMap<Long, Session> free = levels[level].free;
        Map.Entry<Long, Session> next = free.ceilingEntry(sequence);
        QueueEntry first = next == null ? null : next.getValue().entries.get(next.getKey());
        // Of what was passed, and whose session it was not to have: nearly always there is nothing of that kind.
        for (Session passed : free.headMap(sequence).values()) {
            QueueEntry entry = atOrAfter(passed, sequence);
            first = first == null || (entry != null && entry.sequence < first.sequence) ? entry : first;
        }
        return first;
    }

    private static QueueEntry atOrAfter(Session session, long sequence) {
        Map.Entry<Long, QueueEntry> entry = session.entries.ceilingEntry(sequence);
        return entry == null ? null : entry.getValue();
    }
}
