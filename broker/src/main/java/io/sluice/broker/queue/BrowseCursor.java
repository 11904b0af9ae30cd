package io.sluice.broker.queue;

/**
 * Where a browsing consumer stands: it walks the levels from the highest down, each in order, over what was in the queue when it
 * attached. It holds a place and no entry, so messages may come and go while it walks.
 */
final class BrowseCursor {
    private final long endSequence;
    private int level;
    private long nextSequence = 1;

    /** @param endSequence the first sequence the browser does not see */
    BrowseCursor(int levelCount, long endSequence) {
        this.level = levelCount - 1;
        this.endSequence = endSequence;
    }

    /** The next message to look at, null at the end; it stays the next until {@link #passed}. */
    QueueEntry peek(EntryIndex index, ReadyLevels ready, long nowMillis) {
        while (level >= 0) {
            if ((ready.occupied() & 1 << level) != 0) {
                QueueEntry entry = index.atOrAfter(nextSequence);
                while (entry != null && entry.sequence < endSequence) {
                    if (entry.links.inReady && ready.levelOf(entry) == level && !entry.expired(nowMillis)) {
                        nextSequence = entry.sequence;
                        return entry;
                    }
                    entry = index.atOrAfter(entry.sequence + 1);
                }
            }
            level--;
            nextSequence = 1;
        }
        return null;
    }

    void passed(QueueEntry entry) {
        nextSequence = entry.sequence + 1;
    }
}
