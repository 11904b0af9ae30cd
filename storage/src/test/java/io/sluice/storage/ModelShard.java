package io.sluice.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.MessageStore.Answer;
import io.sluice.broker.port.MessageStore.Beginning;
import io.sluice.broker.port.MessageStore.CheckpointSource;
import io.sluice.broker.port.MessageStore.Restored;
import io.sluice.broker.port.MessageStore.Slice;
import io.sluice.broker.port.MessageStore.StoredPage;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.ExchangeRecord;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.QueueDeleted;
import io.sluice.broker.record.JournalRecord.QueuePaused;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.JournalRecord.SessionStateSet;
import io.sluice.broker.record.JournalRecord.Subscribed;
import io.sluice.broker.record.RecordCodec;
import io.sluice.broker.record.RecordVisitor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The least a shard does with records, the journal and the store: state by applying records, and a source of checkpoints. What a
 * completed checkpoint holds can be dropped from memory; it is read again when somebody wants it.
 */
public final class ModelShard implements RecordVisitor, Restored, CheckpointSource {
    private final Map<Long, Queue> queues = new TreeMap<>();
    private final Map<Long, StoredPage> restored = new HashMap<>();
    private MessageStore store;
    private JournalPosition position = JournalPosition.START;
    private int checkpoint;
    private Runnable betweenSliceAndStored = () -> {};

    private static final class Queue {
        private QueueDeclared declared;
        private long nextSequence;
        private final TreeMap<Long, Entry> entries = new TreeMap<>();
        /** What happened to messages that are not in memory. */
        private final TreeMap<Long, Returned> overrides = new TreeMap<>();
    }

    private static final class Entry {
        /** Null while it is only in its page. */
        private Enqueued message;
        /** Of the message as its page holds it; "" where that is not known. */
        private String inPage = "";

        private long page;
        private int index;
        private int pageFrom;

        private void stored(long newPage, int newIndex) {
            page = newPage;
            index = newIndex;
        }

        private void unstored() {
            page = MessageStore.NO_PAGE;
        }
    }

    /** Pages are read from this store, and what goes away is told to it. */
    public void use(MessageStore used) {
        store = used;
    }

    /** Runs while a slice is being written: the shard goes on meanwhile. */
    public void betweenSliceAndStored(Runnable work) {
        betweenSliceAndStored = work;
    }

    public void apply(List<JournalRecord> batch, JournalPosition at) {
        batch.forEach(record -> record.accept(this));
        position = at;
    }

    public void at(JournalPosition restoredPosition) {
        position = restoredPosition;
    }

    @Override
    public void queue(QueueDeclared queue) {
        queueDeclared(queue);
    }

    @Override
    public void page(StoredPage page) {
        Queue queue = queues.get(page.queueId());
        restored.put(page.page(), page);
        for (int i = 0; i < page.sequences().length; i++) {
            long sequence = page.sequences()[i];
            assertTrue(i == 0 || sequence > page.sequences()[i - 1], "ascending");
            assertEquals(level(page.queueId(), sequence), page.level(), "level");
            if (page.live() != null && (page.live()[i / 64] >>> i & 1) == 0) {
                continue;
            }
            Entry entry = queue.entries.computeIfAbsent(sequence, s -> new Entry());
            forget(entry); // of two, the later one counts
            entry.stored(page.page(), i);
            queue.nextSequence = Math.max(queue.nextSequence, sequence + 1);
        }
    }

    @Override
    public void record(JournalRecord record) {
        record.accept(this);
    }

    @Override
    public void queueDeclared(QueueDeclared declared) {
        Queue queue = queues.computeIfAbsent(declared.queueId(), id -> new Queue());
        queue.declared = declared;
        queue.nextSequence = Math.max(queue.nextSequence, declared.nextSequence());
    }

    @Override
    public void queueDeleted(QueueDeleted deleted) {
        Queue queue = queues.remove(deleted.queueId());
        if (queue != null && store != null) {
            TreeSet<Long> pages = new TreeSet<>();
            queue.entries.values().forEach(entry -> pages.add(entry.page));
            pages.remove(MessageStore.NO_PAGE);
            pages.forEach(store::forgetPage);
        }
    }

    @Override
    public void enqueued(Enqueued message) {
        Queue queue = queues.get(message.queueId());
        if (queue == null) {
            return; // deleted later; the checkpoint knows that already
        }
        queue.nextSequence = Math.max(queue.nextSequence, message.sequence() + 1);
        queue.entries.computeIfAbsent(message.sequence(), sequence -> {
            Entry entry = new Entry();
            entry.message = message;
            return entry;
        });
    }

    @Override
    public void removed(Removed removed) {
        Queue queue = queues.get(removed.queueId());
        for (int range = 0; queue != null && range < removed.sequences().rangeCount(); range++) {
            long last = removed.sequences().last(range);
            for (long sequence = removed.sequences().first(range); sequence <= last; sequence++) {
                Entry entry = queue.entries.remove(sequence);
                queue.overrides.remove(sequence);
                if (entry != null) {
                    forget(entry);
                }
            }
        }
    }

    @Override
    public void returned(Returned returned) {
        Queue queue = queues.get(returned.queueId());
        Entry entry = queue == null ? null : queue.entries.get(returned.sequence());
        if (entry == null) {
            return;
        }
        if (entry.message == null) {
            queue.overrides.put(returned.sequence(), returned);
            return;
        }
        forget(entry);
        entry.unstored();
        entry.message = after(entry.message, returned);
    }

    private static Enqueued after(Enqueued was, Returned returned) {
        return new Enqueued(
                was.queueId(),
                was.sequence(),
                was.arrivedAtMillis(),
                was.expiresAtMillis(),
                returned.deliverAtMillis(),
                returned.deliveryCount(),
                was.duplicateId(),
                was.message());
    }

    @Override
    public void duplicatesRemembered(DuplicatesRemembered remembered) {
        throw new AssertionError("not written here: " + remembered);
    }

    @Override
    public void queuePaused(QueuePaused paused) {
        throw new AssertionError("not written here: " + paused);
    }

    @Override
    public void subscribed(Subscribed subscribed) {
        throw new AssertionError("not written here: " + subscribed);
    }

    @Override
    public void defined(DefinitionRecord definition) {
        throw new AssertionError("not written here: " + definition);
    }

    @Override
    public void exchange(ExchangeRecord exchange) {
        throw new AssertionError("not written here: " + exchange);
    }

    @Override
    public void sessionStateSet(SessionStateSet set) {
        throw new AssertionError("not written here: " + set);
    }

    @Override
    public void lastValues(LastValues last) {
        throw new AssertionError("not written here: " + last);
    }

    private void forget(Entry entry) {
        if (entry.page != MessageStore.NO_PAGE && store != null) {
            store.forget(entry.page, entry.index);
        }
    }

    /** Levels as a queue of priorities has them, so that the sequences of a page have gaps. */
    private static int level(long queueId, long sequence) {
        return queueId % 2 == 0 ? (int) (sequence * 7 % 11 % 3) : 0;
    }

    @Override
    public void begin(Answer<Beginning> answer) {
        checkpoint++;
        List<QueueDeclared> declared = new ArrayList<>();
        List<JournalRecord> overrides = new ArrayList<>();
        queues.forEach((id, queue) -> {
            declared.add(new QueueDeclared(id, queue.declared.definition(), queue.nextSequence));
            overrides.addAll(queue.overrides.values());
        });
        answer.answer(new Beginning(position, declared, overrides));
    }

    @Override
    public void next(int maxBytes, Answer<Slice> answer) {
        for (Queue queue : queues.values()) {
            List<Enqueued> messages = new ArrayList<>();
            int level = 0;
            long bytes = 0;
            for (Entry entry : queue.entries.values()) {
                if (entry.page != MessageStore.NO_PAGE) {
                    continue;
                }
                Enqueued message = entry.message;
                int itsLevel = level(message.queueId(), message.sequence());
                level = messages.isEmpty() ? itsLevel : level;
                bytes += itsLevel == level ? message.message().residentBytes() : 0;
                if (!messages.isEmpty() && bytes > maxBytes || messages.size() == MessageStore.MAX_PAGE_MESSAGES) {
                    break;
                }
                if (itsLevel == level) {
                    messages.add(message);
                }
            }
            if (!messages.isEmpty()) {
                answer.answer(new Slice(level, messages));
                betweenSliceAndStored.run();
                return;
            }
        }
        answer.answer(Slice.END);
    }

    @Override
    public void stored(List<Enqueued> messages, long page) {
        for (int i = 0; i < messages.size(); i++) {
            Enqueued message = messages.get(i);
            Queue queue = queues.get(message.queueId());
            Entry entry = queue == null ? null : queue.entries.get(message.sequence());
            if (entry == null || entry.message != message) {
                store.forget(page, i);
            } else {
                entry.stored(page, i);
                entry.pageFrom = checkpoint;
                entry.inPage = digest(message);
            }
        }
    }

    /** The checkpoint failed: what it gave is void. */
    public void checkpointFailed() {
        for (Queue queue : queues.values()) {
            for (Entry entry : queue.entries.values()) {
                if (entry.pageFrom == checkpoint && entry.page != MessageStore.NO_PAGE) {
                    entry.unstored();
                }
            }
        }
    }

    /** No checkpoint runs: drops every message that stands in a page. */
    public void evict() {
        for (Queue queue : queues.values()) {
            for (Entry entry : queue.entries.values()) {
                if (entry.page != MessageStore.NO_PAGE) {
                    entry.message = null;
                }
            }
        }
    }

    /** Pages in which messages stand, ascending. */
    public List<Long> pages() {
        TreeSet<Long> pages = new TreeSet<>();
        queues.values().forEach(queue -> queue.entries.values().forEach(entry -> pages.add(entry.page)));
        pages.remove(MessageStore.NO_PAGE);
        return List.copyOf(pages);
    }

    /**
     * Takes the messages of a page into memory again, after comparing them with what was written.
     *
     * @param dissolve whether they leave the page, for the next checkpoint to put elsewhere
     */
    public void loaded(long page, List<Enqueued> messages, boolean dissolve) {
        compare(page, messages);
        for (int i = 0; i < messages.size(); i++) {
            Enqueued message = messages.get(i);
            Queue queue = queues.get(message.queueId());
            Entry entry = queue == null ? null : queue.entries.get(message.sequence());
            if (entry == null || entry.page != page || entry.index != i) {
                continue; // gone since, or elsewhere
            }
            Returned override = queue.overrides.remove(message.sequence());
            if (entry.message == null) {
                entry.message = override == null ? message : after(message, override);
            }
            if (override != null || dissolve) {
                forget(entry);
                entry.unstored();
            }
        }
    }

    private void compare(long page, List<Enqueued> messages) {
        for (int i = 0; i < messages.size(); i++) {
            Enqueued message = messages.get(i);
            Queue queue = queues.get(message.queueId());
            Entry entry = queue == null ? null : queue.entries.get(message.sequence());
            if (entry != null && entry.page == page && entry.index == i && !entry.inPage.isEmpty()) {
                assertEquals(entry.inPage, digest(message), "page " + page + " message " + i);
            }
        }
        StoredPage found = restored.get(page);
        if (found != null) {
            long[] sequences = messages.stream().mapToLong(Enqueued::sequence).toArray();
            org.junit.jupiter.api.Assertions.assertArrayEquals(sequences, found.sequences());
            assertEquals(found, summary(found, messages));
        }
    }

    private static StoredPage summary(StoredPage page, List<Enqueued> messages) {
        return new StoredPage(
                page.page(),
                messages.get(0).queueId(),
                page.level(),
                page.sequences(),
                page.live(),
                messages.stream().mapToLong(m -> m.message().size()).sum(),
                messages.stream()
                        .mapToLong(Enqueued::expiresAtMillis)
                        .filter(expiry -> expiry != Message.NONE)
                        .min()
                        .orElse(Message.NONE),
                messages.stream().mapToLong(Enqueued::deliverAtMillis).min().orElseThrow(),
                messages.stream().mapToLong(Enqueued::deliverAtMillis).max().orElseThrow(),
                page.largeBodies());
    }

    public List<Long> queueIds() {
        return List.copyOf(queues.keySet());
    }

    public long nextSequence(long queueId) {
        return queues.get(queueId).nextSequence;
    }

    public List<Long> sequences(long queueId) {
        return List.copyOf(queues.get(queueId).entries.keySet());
    }

    /** Everything that must survive, in a form that can be compared and printed; what is not in memory is read. */
    public Map<String, String> state() throws StorageException {
        Map<String, String> state = new TreeMap<>();
        Map<Long, List<Enqueued>> pages = new HashMap<>();
        for (Map.Entry<Long, Queue> each : queues.entrySet()) {
            long id = each.getKey();
            Queue queue = each.getValue();
            state.put("queue " + id, queue.declared.definition() + " next " + queue.nextSequence);
            for (Map.Entry<Long, Entry> found : queue.entries.entrySet()) {
                long sequence = found.getKey();
                Entry entry = found.getValue();
                Enqueued message = entry.message;
                if (message == null) {
                    if (!pages.containsKey(entry.page)) {
                        List<Enqueued> read = store.readNow(entry.page);
                        compare(entry.page, read);
                        pages.put(entry.page, read);
                    }
                    message = pages.get(entry.page).get(entry.index);
                    assertEquals(id + "/" + sequence, message.queueId() + "/" + message.sequence());
                }
                Returned override = queue.overrides.get(sequence);
                state.put(id + "/" + sequence, digest(override == null ? message : after(message, override)));
            }
        }
        return state;
    }

    /** Of the bytes a record is stored as. */
    public static String digest(JournalRecord record) {
        ByteBuffer bytes = ByteBuffer.allocate(RecordCodec.size(record));
        RecordCodec.write(record, bytes);
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(bytes.array());
        return bytes.capacity() + " bytes " + Long.toHexString(crc.getValue());
    }
}
