package io.sluice.storage.tool;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A checkpoint whose content is known beforehand. */
final class FixedCheckpoint implements MessageStore.CheckpointSource {
    private final MessageStore.Beginning beginning;
    private final Queue<MessageStore.Slice> slices;
    private final List<Long> pages = new ArrayList<>();

    FixedCheckpoint(MessageStore.Beginning beginning, List<MessageStore.Slice> slices) {
        this.beginning = beginning;
        this.slices = new ArrayDeque<>(slices);
    }

    /** @return the page of each slice */
    List<Long> write(MessageStore store) throws Exception {
        CompletableFuture<JournalPosition> done = new CompletableFuture<>();
        store.checkpoint(this, new MessageStore.CheckpointListener() {
            @Override
            public void completed(JournalPosition position) {
                done.complete(position);
            }

            @Override
            public void failed(StorageException cause) {
                done.completeExceptionally(cause);
            }
        });
        done.get(1, TimeUnit.MINUTES);
        return pages;
    }

    @Override
    public void begin(MessageStore.Answer<MessageStore.Beginning> answer) {
        answer.answer(beginning);
    }

    @Override
    public void next(int maxBytes, MessageStore.Answer<MessageStore.Slice> answer) {
        MessageStore.Slice next = slices.poll();
        answer.answer(next == null ? MessageStore.Slice.END : next);
    }

    @Override
    public void stored(List<Enqueued> messages, long page) {
        pages.add(page);
    }
}
