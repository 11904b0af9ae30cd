package io.sluice.storage.mapdb;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.RecordCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What is in the store: position, queues, slots; as of the last commit, with the changes of a checkpoint under way. One thread. */
final class StoreContent {
    private final StoreRecords records;
    private final RecordChain directory;
    private final RecordChain queues;
    private final SlotTable slots;
    private JournalPosition position;
    private long generation;

    /** Reads the last commit. */
    StoreContent(StoreRecords records) throws DamagedException {
        this.records = records;
        if (records.isEmpty()) {
            long id = records.create(new byte[StoreRoot.BYTES]);
            io.sluice.broker.Invariant.check(id == StoreRoot.ID, "the first record of a store is its root");
            directory = new RecordChain(records);
            queues = new RecordChain(records);
            position = JournalPosition.START;
        } else {
            StoreRoot root = StoreRoot.decode(records.read(StoreRoot.ID));
            directory = new RecordChain(records, root.directoryId(), root.directoryBytes(), "slot directory");
            queues = new RecordChain(records, root.queuesId(), root.queuesBytes(), "queue list");
            position = root.position();
            generation = root.generation();
        }
        slots = new SlotTable(records, directory);
        slots.load();
    }

    JournalPosition position() {
        return position;
    }

    SlotTable slots() {
        return slots;
    }

    List<QueueDeclared> queues() throws DamagedException {
        List<QueueDeclared> declared = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(queues.content());
        while (in.hasRemaining()) {
            try {
                JournalRecord record = RecordCodec.read(in);
                if (!(record instanceof QueueDeclared queue)) {
                    throw new DamagedException("The queue list of the store holds something else.");
                }
                declared.add(queue);
            } catch (IllegalArgumentException unreadable) {
                throw new DamagedException("The queue list of the store is unreadable: " + unreadable.getMessage());
            }
        }
        return declared;
    }

    /** Token of a message; never 0. */
    static long token(int slot, int index) {
        return ((long) slot << 16) + index + 1;
    }

    /**
     * Takes the message behind the token out. A token of a checkpoint that failed may name a slot that is free or a message that is
     * gone by now; there is nothing to do then.
     */
    void forget(long token) {
        Slot slot = slots.get((int) (token - 1 >>> 16));
        int index = (int) (token - 1 & 0xFFFF);
        if (slot == null || slot.state == Slot.FREE || slot.state == Slot.FURTHER || !slot.kill(index)) {
            return;
        }
        if (slot.anyLive()) {
            slots.changed(slot);
        } else {
            slots.free(slot);
        }
    }

    /**
     * Writes a page of messages of one queue.
     *
     * @param body has the entries behind {@link MessagePage#HEAD_BYTES}, up to its position
     */
    Slot writePage(ByteBuffer body, int count, long queueId, long firstSequence) {
        int used = body.position();
        Slot slot = slots.take(used);
        slot.state = Slot.PAGE;
        slot.queueId = queueId;
        slot.firstSequence = firstSequence;
        slot.generation = ++generation;
        slot.allLive(count);
        writeBody(slot, body, used - MessagePage.HEAD_BYTES);
        return slot;
    }

    private void writeBody(Slot slot, ByteBuffer body, int entryBytes) {
        MessagePage.seal(body, slot, entryBytes);
        byte[] padded = new byte[slot.sizeClass.bytes];
        body.get(0, padded, 0, MessagePage.HEAD_BYTES + entryBytes);
        records.update(slot.bodyId, padded);
    }

    /** Writes a message larger than a page into a row of slots. */
    Slot writeLarge(Enqueued message, int recordBytes) {
        ByteBuffer entry = ByteBuffer.allocate(MessagePage.ENTRY_HEAD_BYTES + recordBytes);
        MessagePage.putEntry(entry, message, recordBytes);
        entry.flip();
        long rowGeneration = ++generation;
        Slot first = null;
        Slot before = null;
        while (entry.hasRemaining()) {
            int bytes = Math.min(entry.remaining(), MessagePage.MAX_ENTRY_BYTES);
            Slot slot = slots.take(MessagePage.HEAD_BYTES + bytes);
            slot.state = first == null ? Slot.LARGE : Slot.FURTHER;
            slot.queueId = message.queueId();
            slot.firstSequence = message.sequence();
            slot.generation = rowGeneration;
            slot.allLive(first == null ? 1 : 0);
            ByteBuffer body = ByteBuffer.allocate(MessagePage.HEAD_BYTES + bytes);
            body.put(MessagePage.HEAD_BYTES, entry, entry.position(), bytes);
            entry.position(entry.position() + bytes);
            writeBody(slot, body, bytes);
            if (before != null) {
                before.next = slot.number;
            }
            first = first == null ? slot : first;
            before = slot;
        }
        return first;
    }

    /** The entries of a page or a large message. */
    ByteBuffer entries(Slot slot) throws DamagedException {
        ByteBuffer first = MessagePage.entries(records.read(slot.bodyId), slot);
        if (slot.state != Slot.LARGE) {
            return first;
        }
        List<ByteBuffer> parts = new ArrayList<>();
        long bytes = 0;
        for (Slot part = slot; part != null; part = slots.get(part.next)) {
            if (part != slot && (part.state != Slot.FURTHER || part.generation != slot.generation)) {
                throw new DamagedException("The message of sequence " + slot.firstSequence + " of queue " + slot.queueId
                        + " lacks a part: slot " + part.number + " holds something else.");
            }
            ByteBuffer entries = MessagePage.entries(records.read(part.bodyId), part);
            parts.add(entries);
            bytes += entries.remaining();
        }
        ByteBuffer whole = ByteBuffer.allocate(Math.toIntExact(bytes));
        parts.forEach(whole::put);
        return whole.flip();
    }

    /** Makes the changes durable, all at once. */
    void commit(JournalPosition newPosition, List<QueueDeclared> declared) {
        int bytes = 0;
        for (QueueDeclared queue : declared) {
            bytes += RecordCodec.size(queue);
        }
        ByteBuffer list = ByteBuffer.allocate(bytes);
        for (QueueDeclared queue : declared) {
            RecordCodec.write(queue, list);
        }
        queues.write(list.array());
        slots.write();
        position = newPosition;
        StoreRoot root = new StoreRoot(
                position,
                generation,
                directory.firstId(),
                directory.content().length,
                queues.firstId(),
                queues.content().length);
        records.update(StoreRoot.ID, root.encode());
        records.commit();
    }
}
