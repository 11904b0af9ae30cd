package io.sluice.storage.mapdb;

import io.sluice.broker.port.MessageStore.Restored;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Reads the live messages, queue by queue, ascending. Pages of a queue may overlap (a message that was changed is in a later page
 * than its neighbours), so the open pages are merged; few are open at a time. Once, one thread.
 */
final class StoredMessages {
    private final StoreContent content;
    private final Restored restored;
    private final TokenList superfluous = new TokenList();

    StoredMessages(StoreContent content, Restored restored) {
        this.content = content;
        this.restored = restored;
    }

    /** An open page and its next live message. */
    private static final class Cursor {
        private final Slot slot;
        private final ByteBuffer entries;
        private int index = -1;
        private Enqueued message;

        private Cursor(Slot slot, ByteBuffer entries) {
            this.slot = slot;
            this.entries = entries;
        }

        private boolean advance() throws DamagedException {
            for (index++; index < slot.count; index++) {
                if (slot.isLive(index)) {
                    message = MessagePage.readEntry(entries, slot, index);
                    return true;
                }
                MessagePage.skipEntry(entries, slot, index);
            }
            return false;
        }

        private long token() {
            return StoreContent.token(slot.number, index);
        }

        private long sequence() {
            return message.sequence();
        }
    }

    /** @return tokens of what is in the store but not part of the state: to be forgotten by the next checkpoint */
    long[] read() throws DamagedException {
        Map<Long, List<Slot>> byQueue = new HashMap<>();
        List<QueueDeclared> queues = content.queues();
        for (QueueDeclared queue : queues) {
            restored.queue(queue);
            byQueue.put(queue.queueId(), new ArrayList<>());
        }
        List<Slot> orphans = new ArrayList<>();
        for (Slot slot : content.slots().slots()) {
            if (slot.state == Slot.PAGE || slot.state == Slot.LARGE) {
                byQueue.getOrDefault(slot.queueId, orphans).add(slot);
            }
        }
        // Of a queue declared behind the checkpoint's position: the journal declares it again and enqueues what it
        // held.
        orphans.forEach(this::dismiss);
        for (QueueDeclared queue : queues) {
            merge(byQueue.get(queue.queueId()));
        }
        return superfluous.takeAll();
    }

    private void dismiss(Slot slot) {
        for (int index = 0; index < slot.count; index++) {
            if (slot.isLive(index)) {
                superfluous.add(StoreContent.token(slot.number, index));
            }
        }
    }

    private void merge(List<Slot> slots) throws DamagedException {
        slots.sort(Comparator.comparingLong(slot -> slot.firstSequence));
        PriorityQueue<Cursor> open = new PriorityQueue<>(Comparator.comparingLong(Cursor::sequence));
        int next = 0;
        while (next < slots.size() || !open.isEmpty()) {
            while (next < slots.size()
                    && (open.isEmpty()
                            || slots.get(next).firstSequence <= open.peek().sequence())) {
                Slot slot = slots.get(next++);
                Cursor cursor = new Cursor(slot, content.entries(slot));
                advance(cursor, open);
            }
            if (!open.isEmpty()) {
                deliver(open);
            }
        }
    }

    /**
     * Gives the first message of the open pages. A message that was changed while a checkpoint ran may be there twice, as it was
     * and as it is: the newer page counts, the other is forgotten.
     */
    private void deliver(PriorityQueue<Cursor> open) throws DamagedException {
        Cursor newest = open.poll();
        while (!open.isEmpty() && open.peek().sequence() == newest.sequence()) {
            Cursor other = open.poll();
            Cursor older = other.slot.generation < newest.slot.generation ? other : newest;
            newest = older == other ? newest : other;
            superfluous.add(older.token());
            advance(older, open);
        }
        restored.message(newest.message, newest.token());
        advance(newest, open);
    }

    private static void advance(Cursor cursor, PriorityQueue<Cursor> open) throws DamagedException {
        if (cursor.advance()) {
            open.add(cursor);
        }
    }
}
