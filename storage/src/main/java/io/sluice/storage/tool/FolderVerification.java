package io.sluice.storage.tool;

import io.sluice.broker.LargeBody;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.Damage;
import io.sluice.storage.large.LargeBodyStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/** Reads everything a broker would need of a stopped folder, and says what is not as it was written. Changes nothing of it. */
public final class FolderVerification {
    private FolderVerification() {}

    /** One queue, for the summary. */
    public record QueueSummary(long id, String name, long messages, long nextSequence) {}

    /**
     * @param checkpoint batch up to which the store has everything
     * @param queues by number
     * @param messages that could be read, of all queues
     * @param bytes of them, large bodies included
     */
    public record Report(
            long checkpoint,
            FolderReader.JournalCounts journal,
            List<QueueSummary> queues,
            long messages,
            long bytes,
            List<Damage> damages) {}

    /**
     * @param progress told how many messages are read
     * @throws StorageException a file is of a newer format, or the disk cannot be read
     */
    public static Report run(StoppedFolder folder, LongConsumer progress) throws StorageException {
        try (FolderReader reader = FolderReader.open(folder)) {
            LargeBodyStore bodies = LargeBodyStore.open(
                    folder.disk(), folder.directory().largeFolder(), folder.store(), 0, new SplittableRandom());
            List<Damage> damages = new ArrayList<>();
            long[] counts = new long[2];
            try {
                reader.messages((queue, message) -> {
                    Optional<LargeBody> body = message.message().largeBody();
                    if (body.isPresent()) {
                        try {
                            LargeBodyCopy.read(bodies, body.get(), bytes -> {});
                        } catch (StorageException e) {
                            damages.add(LargeBodyCopy.damage(folder, queue, message, e));
                        }
                    }
                    counts[0]++;
                    counts[1] += message.message().size();
                    progress.accept(counts[0]);
                });
            } finally {
                bodies.close();
            }
            damages.addAll(0, reader.damages());
            return new Report(
                    reader.checkpoint().index(),
                    reader.journal(),
                    reader.queues().stream()
                            .map(queue -> new QueueSummary(
                                    queue.id(), queue.definition().name(), queue.messages(), queue.nextSequence()))
                            .toList(),
                    counts[0],
                    counts[1],
                    List.copyOf(damages));
        } catch (IOException e) {
            throw new StorageException("Data folder " + folder.path() + " cannot be read: " + e.getMessage(), e);
        }
    }
}
