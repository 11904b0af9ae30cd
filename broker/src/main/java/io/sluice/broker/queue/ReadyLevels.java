package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;

/** The available messages of a queue by priority level, and which level is served next. A FIFO queue has one level. */
final class ReadyLevels {
    static final int NO_LEVEL = -1;

    private final ReadyList[] levels;
    /** Bit n: level n has messages. */
    private int occupied;

    private LevelService service;
    private int size;
    private long bytes;
    /** Null as long as nobody asks for a session. */
    private ReadySessions sessions;

    ReadyLevels(QueueDefinition.Service kind) {
        this.levels = new ReadyList[kind instanceof QueueDefinition.Fifo ? 1 : Message.MAX_PRIORITY + 1];
        for (int level = 0; level < levels.length; level++) {
            levels[level] = new ReadyList();
        }
        serve(kind);
    }

    /** Another order of service over the same levels. */
    void serve(QueueDefinition.Service kind) {
        service = kind instanceof QueueDefinition.Weighted weighted
                ? new WeightedService(weighted.weights())
                : LevelService.HIGHEST_FIRST;
    }

    int size() {
        return size;
    }

    /** The same messages by their sessions: kept from here on. */
    ReadySessions sessions() {
        if (sessions == null) {
            sessions = new ReadySessions(levels.length);
            for (int level = 0; level < levels.length; level++) {
                for (QueueEntry entry = levels[level].head(); entry != null; entry = entry.links.nextReady) {
                    sessions.insert(level, entry);
                }
            }
        }
        return sessions;
    }

    /** Nobody has a session, or asks for one. Where there are messages of sessions, the next will soon. */
    void nobodyHasSessions() {
        if (sessions != null && sessions.isEmpty()) {
            sessions = null;
        }
    }

    /** Of all messages in here. */
    long bytes() {
        return bytes;
    }

    int levelCount() {
        return levels.length;
    }

    ReadyList level(int level) {
        return levels[level];
    }

    int levelOf(QueueEntry entry) {
        return levels.length == 1 ? 0 : entry.message.priority();
    }

    /** Bits of the levels that have messages. */
    int occupied() {
        return occupied;
    }

    /** The level to serve next among {@code candidates} (bits, not empty); call {@link #served} when it was. */
    int choose(int candidates) {
        return service.choose(candidates);
    }

    /** One message of the level was dispatched. */
    void served(int level) {
        service.served(level);
    }

    void insert(QueueEntry entry) {
        int level = levelOf(entry);
        levels[level].insert(entry);
        if (sessions != null) {
            sessions.insert(level, entry);
        }
        occupied |= 1 << level;
        size++;
        bytes += entry.message.size();
    }

    void remove(QueueEntry entry) {
        int level = levelOf(entry);
        levels[level].remove(entry);
        if (sessions != null) {
            sessions.remove(level, entry);
        }
        size--;
        bytes -= entry.message.size();
        if (levels[level].size() == 0) {
            occupied &= ~(1 << level);
        }
    }

    /** The oldest message of the lowest level that has any: what makes room first. Null when all are empty. */
    QueueEntry leastWanted() {
        return occupied == 0 ? null : levels[Integer.numberOfTrailingZeros(occupied)].head();
    }
}
