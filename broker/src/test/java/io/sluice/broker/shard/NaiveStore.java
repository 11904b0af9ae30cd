package io.sluice.broker.shard;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A store in memory whose checkpoints go step by step, as a test wants. A failed one is rolled back, its tokens are used again. */
final class NaiveStore implements MessageStore {
    private TreeMap<Long, Enqueued> content = new TreeMap<>();
    private List<QueueDeclared> queues = List.of();
    private JournalPosition position = JournalPosition.START;
    private long lastToken;
    private List<Long> forgotten = new ArrayList<>();

    private CheckpointSource source;
    private CheckpointListener listener;
    private Beginning beginning;
    private List<Long> forgottenBefore;
    private TreeMap<Long, Enqueued> working;
    private long workingToken;
    private Slice slice;
    private boolean ended;

    @Override
    public JournalPosition restore(Restored restored) {
        queues.forEach(restored::queue);
        content.entrySet().stream()
                .sorted(Comparator.comparingLong(
                                (Map.Entry<Long, Enqueued> e) -> e.getValue().queueId())
                        .thenComparingLong(e -> e.getValue().sequence()))
                .forEach(e -> restored.message(e.getValue(), e.getKey()));
        return position;
    }

    @Override
    public void checkpoint(CheckpointSource newSource, CheckpointListener newListener) {
        if (source != null) {
            throw new IllegalStateException("one checkpoint at a time");
        }
        source = newSource;
        listener = newListener;
        beginning = null;
        slice = null;
        ended = false;
    }

    @Override
    public void forget(long token) {
        if (token == NO_TOKEN) {
            throw new IllegalStateException("forgets a message that is not here");
        }
        forgotten.add(token);
    }

    boolean isRunning() {
        return source != null;
    }

    boolean hasBegun() {
        return beginning != null;
    }

    boolean hasSlice() {
        return slice != null;
    }

    boolean hasEnded() {
        return ended;
    }

    int size() {
        return content.size();
    }

    void begin() {
        source.begin(answer -> {
            beginning = answer;
            forgottenBefore = forgotten;
            forgotten = new ArrayList<>();
            working = new TreeMap<>(content);
            working.keySet().removeAll(forgottenBefore);
            workingToken = lastToken;
        });
    }

    void next(int maxBytes) {
        source.next(maxBytes, answer -> {
            ended = answer.messages().isEmpty();
            slice = ended ? null : answer;
        });
    }

    void stored() {
        long[] tokens = new long[slice.messages().size()];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = ++workingToken;
            working.put(tokens[i], slice.messages().get(i));
        }
        source.stored(slice, tokens);
        slice = null;
    }

    void complete() {
        content = working;
        lastToken = workingToken;
        queues = beginning.queues();
        position = beginning.position();
        source = null;
        listener.completed(position);
    }

    void fail() {
        if (beginning != null) {
            forgotten.addAll(0, forgottenBefore);
        }
        source = null;
        listener.failed(new StorageException("the disk is full"));
    }

    /** As after a crash: what was under way is gone, what was completed stands. */
    NaiveStore afterCrash() {
        NaiveStore after = new NaiveStore();
        after.content = new TreeMap<>(content);
        after.queues = queues;
        after.position = position;
        after.lastToken = lastToken;
        return after;
    }

    @Override
    public void close() {}
}
