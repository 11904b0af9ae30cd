package io.sluice.storage.mapdb;

import io.sluice.broker.Invariant;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore.Beginning;
import io.sluice.broker.port.MessageStore.StoredPage;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.RecordCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What is in the store: position, queues, other records, slots; as of the last commit, with the changes of a checkpoint under way.
 * The store's thread; see {@link SlotTable} for what others may ask.
 */
final class StoreContent {
    private final StoreRecords records;
    private final RecordChain directory;
    private final RecordChain queues;
    private final RecordChain remembered;
    private final SlotTable slots;
    private JournalPosition position;
    /** Of the newest page. Goes on where a checkpoint fails: a page's number is never given twice. */
    private long generation;

    /** Reads the last commit. */
    StoreContent(StoreRecords records) throws IOException {
        this.records = records;
        if (records.isEmpty()) {
            long id = records.create(new byte[StoreRoot.BYTES]);
            Invariant.check(id == StoreRoot.ID, "the first record of a store is its root");
            directory = new RecordChain(records);
            queues = new RecordChain(records);
            remembered = new RecordChain(records);
            slots = new SlotTable(records, directory);
            commit(JournalPosition.START);
        } else {
            StoreRoot root = StoreRoot.decode(records.read(StoreRoot.ID));
            directory = chain(root.directory(), "slot directory");
            queues = chain(root.queues(), "queue list");
            remembered = chain(root.remembered(), "list of other records");
            position = root.position();
            generation = root.generation();
            slots = new SlotTable(records, directory);
            slots.load();
        }
    }

    private RecordChain chain(StoreRoot.Chain root, String what) throws DamagedException {
        return new RecordChain(records, root.firstId(), root.bytes(), what);
    }

    JournalPosition position() {
        return position;
    }

    SlotTable slots() {
        return slots;
    }

    List<JournalRecord> queues() throws DamagedException {
        return decoded(queues, "queue list");
    }

    List<JournalRecord> remembered() throws DamagedException {
        return decoded(remembered, "list of other records");
    }

    private static List<JournalRecord> decoded(RecordChain chain, String what) throws DamagedException {
        List<JournalRecord> found = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(chain.content());
        while (in.hasRemaining()) {
            try {
                found.add(RecordCodec.read(in));
            } catch (IllegalArgumentException unreadable) {
                throw new DamagedException("The " + what + " of the store is unreadable: " + unreadable.getMessage());
            }
        }
        return found;
    }

    private static byte[] encoded(List<? extends JournalRecord> list) {
        int bytes = 0;
        for (JournalRecord record : list) {
            bytes = Math.addExact(bytes, RecordCodec.size(record));
        }
        ByteBuffer out = ByteBuffer.allocate(bytes);
        for (JournalRecord record : list) {
            RecordCodec.write(record, out);
        }
        return out.array();
    }

    /** Bytes of the bodies in use. */
    long usedBytes() {
        long bytes = 0;
        for (Slot slot : slots.slots()) {
            bytes += slot == null || slot.state == Slot.FREE ? 0 : slot.sizeClass.bytes;
        }
        return bytes;
    }

    /** What the shard is told of a page at a start. */
    StoredPage describe(Slot slot) throws DamagedException {
        ByteBuffer descriptor = ByteBuffer.wrap(slots.descriptor(slot));
        String where = "the page in slot " + slot.number + " of queue " + slot.queueId;
        ByteBuffer apart = SlotDescriptor.isApart(descriptor, 0) ? apart(slot, where) : null;
        PageSummary summary = SlotDescriptor.summary(descriptor, 0, apart);
        ByteBuffer runs = ByteBuffer.wrap(summary.runs());
        return new StoredPage(
                slot.page(),
                slot.queueId,
                summary.level(),
                SequenceRuns.decode(summary.firstSequence(), slot.count, runs, where),
                slot.live(),
                summary.bytes(),
                summary.soonestExpiryMillis(),
                summary.firstDeliveryMillis(),
                summary.lastDeliveryMillis(),
                summary.largeBodies());
    }

    private ByteBuffer apart(Slot page, String where) throws DamagedException {
        Slot last = page;
        while (last != null && last.next != Slot.NONE) {
            last = slots.get(last.next);
        }
        if (last == null || last.state != Slot.SEQUENCES || last.generation != page.generation) {
            throw new DamagedException("The sequences of " + where + " are not where they should be.");
        }
        return MessagePage.entries(records.read(last.bodyId), last);
    }

    void forget(ForgottenMessages forgotten) throws DamagedException {
        for (ForgottenMessages.Page page : forgotten.pages()) {
            forget(page.number(), page.bits());
        }
    }

    /**
     * Takes messages out of a page. A page of a checkpoint that failed is not there any more; there is nothing to do then.
     *
     * @param bits which; null for all
     */
    private void forget(long page, long[] bits) throws DamagedException {
        Slot slot = slots.find(page);
        if (slot == null) {
            return;
        }
        boolean[] changed = {bits == null};
        if (bits != null) {
            slots.update(slot, found -> changed[0] = found.kill(bits));
        }
        if (bits == null || changed[0] && !slot.anyLive()) {
            slots.free(slot);
        }
    }

    /**
     * Writes a page of messages of one queue and level.
     *
     * @param body has the entries behind {@link MessagePage#HEAD_BYTES}, up to its position
     */
    Slot writePage(ByteBuffer body, int level, List<Enqueued> messages) throws DamagedException {
        PageSummary summary = PageSummary.of(level, messages);
        long queueId = messages.get(0).queueId();
        long pageGeneration = ++generation;
        int next = writeApart(summary, queueId, pageGeneration);
        Slot.Use use = new Slot.Use(Slot.PAGE, queueId, pageGeneration, messages.size(), next);
        return slots.get(write(body, use, summary));
    }

    /** @return number of the slot, {@link Slot#NONE} where nothing lies apart */
    private int writeApart(PageSummary summary, long queueId, long pageGeneration) throws DamagedException {
        if (!summary.isApart()) {
            return Slot.NONE;
        }
        Slot.Use use = new Slot.Use(Slot.SEQUENCES, queueId, pageGeneration, 0, Slot.NONE);
        return write(MessagePage.body(summary.apart()), use, PageSummary.NONE);
    }

    /** Writes a message larger than a page into a row of slots. */
    Slot writeLarge(int level, Enqueued message, int recordBytes) throws DamagedException {
        ByteBuffer entry = ByteBuffer.allocate(MessagePage.ENTRY_HEAD_BYTES + recordBytes);
        MessagePage.putEntry(entry, message, recordBytes);
        PageSummary summary = PageSummary.of(level, List.of(message));
        long pageGeneration = ++generation;
        int next = writeApart(summary, message.queueId(), pageGeneration);
        // From the end, so that each part knows its next.
        for (int part = (entry.capacity() - 1) / MessagePage.MAX_ENTRY_BYTES; part > 0; part--) {
            Slot.Use further = new Slot.Use(Slot.FURTHER, message.queueId(), pageGeneration, 0, next);
            next = write(MessagePage.part(entry, part), further, PageSummary.NONE);
        }
        Slot.Use first = new Slot.Use(Slot.LARGE, message.queueId(), pageGeneration, 1, next);
        return slots.get(write(MessagePage.part(entry, 0), first, summary));
    }

    /** @return number of the slot; its page may be read from now on */
    private int write(ByteBuffer body, Slot.Use use, PageSummary summary) throws DamagedException {
        int used = body.position();
        Slot slot = slots.take(used);
        MessagePage.seal(body, slot.number, use, used - MessagePage.HEAD_BYTES);
        byte[] padded = new byte[slot.sizeClass.bytes];
        body.get(0, padded, 0, used);
        records.update(slot.bodyId, padded);
        slots.set(slot, summary, free -> free.use(use));
        return slot.number;
    }

    /** Takes in everything from another store, pages under their old numbers, and makes it durable. */
    void takeAll(StoreContent other) throws DamagedException {
        for (Slot slot : other.slots.slots()) {
            if (slot != null && slot.state != Slot.FREE) {
                byte[] body = other.records.read(slot.bodyId);
                MessagePage.entries(body, slot);
                long id = records.create(body);
                slots.adopt(slot.movedTo(id, records.offset(id)), other.slots.descriptor(slot));
            }
        }
        generation = other.generation;
        queues.write(other.queues.content());
        remembered.write(other.remembered.content());
        commit(other.position);
    }

    /** Makes the changes durable, all at once. */
    void commit(Beginning beginning) {
        queues.write(encoded(beginning.queues()));
        remembered.write(encoded(beginning.records()));
        commit(beginning.position());
    }

    private void commit(JournalPosition newPosition) {
        slots.write();
        StoreRoot root = new StoreRoot(
                newPosition,
                generation,
                StoreRoot.Chain.of(directory),
                StoreRoot.Chain.of(queues),
                StoreRoot.Chain.of(remembered));
        records.update(StoreRoot.ID, root.encode());
        long commits = records.commits();
        try {
            records.commit();
        } finally {
            if (records.commits() > commits) {
                committed(newPosition);
            }
        }
    }

    private void committed(JournalPosition newPosition) {
        position = newPosition;
        directory.committed();
        queues.committed();
        remembered.committed();
        slots.committed();
    }

    /** Back to the last commit. Reads nothing, so it cannot fail. */
    void rollback() {
        records.rollback();
        directory.rollback();
        queues.rollback();
        remembered.rollback();
        slots.rollback();
    }
}
