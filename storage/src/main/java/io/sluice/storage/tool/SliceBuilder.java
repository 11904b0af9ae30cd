package io.sluice.storage.tool;

import io.sluice.broker.port.MessageStore;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Gathers messages to slices of one queue, one level, and either all scheduled or none, ascending by sequence. One thread. */
final class SliceBuilder {
    private static final int SLICE_BYTES = 60 << 10;
    private static final int MOST_BYTES = 32 << 20;
    private static final int MOST_MESSAGES = MessageStore.MAX_PAGE_MESSAGES;

    private final Map<Key, Slice> open = new TreeMap<>();
    private Slice full;
    private long bytes;

    private record Key(long queueId, int level, boolean scheduled) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byQueue = Long.compare(queueId, other.queueId);
            int byLevel = byQueue == 0 ? Integer.compare(level, other.level) : byQueue;
            return byLevel == 0 ? Boolean.compare(scheduled, other.scheduled) : byLevel;
        }
    }

    private static final class Slice {
        private final int level;
        private final List<Enqueued> messages = new ArrayList<>();
        private long bytes;

        private Slice(int level) {
            this.level = level;
        }

        private MessageStore.Slice asAnswer() {
            return new MessageStore.Slice(level, messages);
        }
    }

    /** {@link #full} is to be asked after each. */
    void add(int level, Enqueued message) {
        Key key = new Key(message.queueId(), level, message.deliverAtMillis() > 0);
        Slice slice = open.get(key);
        int size = message.message().residentBytes();
        boolean fits = slice == null
                || slice.bytes + size <= SLICE_BYTES
                        && slice.messages.size() < MOST_MESSAGES
                        && slice.messages.get(slice.messages.size() - 1).sequence() < message.sequence();
        if (!fits) {
            full = slice;
            bytes -= slice.bytes;
            slice = null;
        }
        if (slice == null) {
            slice = new Slice(level);
            open.put(key, slice);
        }
        slice.messages.add(message);
        slice.bytes += size;
        bytes += size;
    }

    /** A slice that is to be written now; null while there is none. */
    MessageStore.Slice full() {
        if (full == null && bytes > MOST_BYTES) {
            takeAny();
        }
        Slice slice = full;
        full = null;
        return slice == null ? null : slice.asAnswer();
    }

    /** One of those that are left; empty where none is. */
    MessageStore.Slice rest() {
        if (full == null && !open.isEmpty()) {
            takeAny();
        }
        Slice slice = full;
        full = null;
        return slice == null ? MessageStore.Slice.END : slice.asAnswer();
    }

    private void takeAny() {
        Iterator<Slice> slices = open.values().iterator();
        full = slices.next();
        slices.remove();
        bytes -= full.bytes;
    }
}
