package io.sluice.storage;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.MessageStore.Answer;
import io.sluice.broker.port.MessageStore.Beginning;
import io.sluice.broker.port.MessageStore.CheckpointSource;
import io.sluice.broker.port.MessageStore.Restored;
import io.sluice.broker.port.MessageStore.Slice;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.QueueDeleted;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.RecordCodec;
import io.sluice.broker.record.RecordVisitor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The least a shard does with records, the journal and the store: state by applying records, and a source of checkpoints. */
public final class ModelShard implements RecordVisitor, Restored, CheckpointSource {
    private final Map<Long, Queue> queues = new TreeMap<>();
    private MessageStore store;
    private JournalPosition position = JournalPosition.START;
    private int checkpoint;
    private Runnable betweenSliceAndStored = () -> {};

    private static final class Queue {
        private QueueDeclared declared;
        private long nextSequence;
        private final TreeMap<Long, Entry> entries = new TreeMap<>();
    }

    private static final class Entry {
        private Enqueued message;
        private long token;
        private int tokenFrom;
    }

    /** Tokens of messages that go away are told to this store from now on. */
    public void use(MessageStore forgetting) {
        store = forgetting;
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
    public void message(Enqueued message, long token) {
        Queue queue = queues.get(message.queueId());
        if (!queue.entries.isEmpty() && queue.entries.lastKey() >= message.sequence()) {
            throw new AssertionError("not ascending: " + message.sequence() + " after " + queue.entries.lastKey());
        }
        enqueued(message);
        queue.entries.get(message.sequence()).token = token;
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
        if (queue != null) {
            queue.entries.values().forEach(this::forget);
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
        if (entry != null) {
            forget(entry);
            entry.token = 0;
            Enqueued was = entry.message;
            entry.message = new Enqueued(
                    was.queueId(),
                    was.sequence(),
                    was.arrivedAtMillis(),
                    was.expiresAtMillis(),
                    returned.deliveryCount(),
                    was.message());
        }
    }

    @Override
    public void duplicatesRemembered(DuplicatesRemembered remembered) {
        throw new AssertionError("not written here: " + remembered);
    }

    private void forget(Entry entry) {
        if (entry.token != 0 && store != null) {
            store.forget(entry.token);
        }
    }

    @Override
    public void begin(Answer<Beginning> answer) {
        checkpoint++;
        List<QueueDeclared> declared = new ArrayList<>();
        queues.forEach(
                (id, queue) -> declared.add(new QueueDeclared(id, queue.declared.definition(), queue.nextSequence)));
        answer.answer(new Beginning(position, declared));
    }

    @Override
    public void next(int maxBytes, Answer<Slice> answer) {
        for (Queue queue : queues.values()) {
            List<Enqueued> messages = new ArrayList<>();
            int bytes = 0;
            for (Entry entry : queue.entries.values()) {
                if (entry.token == 0 && bytes < maxBytes) {
                    messages.add(entry.message);
                    bytes += entry.message.message().size();
                }
            }
            if (!messages.isEmpty()) {
                answer.answer(new Slice(messages));
                betweenSliceAndStored.run();
                return;
            }
        }
        answer.answer(new Slice(List.of()));
    }

    @Override
    public void stored(Slice slice, long[] tokens) {
        for (int i = 0; i < tokens.length; i++) {
            Enqueued message = slice.messages().get(i);
            Queue queue = queues.get(message.queueId());
            Entry entry = queue == null ? null : queue.entries.get(message.sequence());
            if (entry == null || entry.message != message) {
                store.forget(tokens[i]);
            } else {
                entry.token = tokens[i];
                entry.tokenFrom = checkpoint;
            }
        }
    }

    /** The checkpoint failed: what it gave is void. */
    public void checkpointFailed() {
        for (Queue queue : queues.values()) {
            for (Entry entry : queue.entries.values()) {
                entry.token = entry.tokenFrom == checkpoint ? 0 : entry.token;
            }
        }
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

    /** Everything that must survive, in a form that can be compared and printed. */
    public Map<String, String> state() {
        Map<String, String> state = new TreeMap<>();
        queues.forEach((id, queue) -> {
            state.put("queue " + id, queue.declared.definition() + " next " + queue.nextSequence);
            queue.entries.forEach((sequence, entry) -> state.put(id + "/" + sequence, digest(entry.message)));
        });
        return state;
    }

    private static String digest(JournalRecord record) {
        ByteBuffer bytes = ByteBuffer.allocate(RecordCodec.size(record));
        RecordCodec.write(record, bytes);
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(bytes.array());
        return bytes.capacity() + " bytes " + Long.toHexString(crc.getValue());
    }
}
