package io.sluice.storage.tool;

import io.sluice.broker.LargeBody;
import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered.Remembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.storage.Damage;
import io.sluice.storage.large.LargeBodyStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/** Writes the queues of a stopped folder and their messages to one file, see {@link ExportFormat}. */
public final class MessageExport {
    private static final int IDS_PER_RECORD = 1_000;

    private MessageExport() {}

    /**
     * @param queues which, by name
     * @param definitions whether users and what else is defined are written, too
     * @param keepGoing whether to write what is left of a damaged folder
     * @param nowMillis epoch milliseconds, noted in the file
     */
    public record Request(Path file, Predicate<String> queues, boolean definitions, boolean keepGoing, long nowMillis) {
        /** With definitions. */
        public Request(Path file, Predicate<String> queues, boolean keepGoing, long nowMillis) {
            this(file, queues, true, keepGoing, nowMillis);
        }
    }

    /** @param damages what is not in the file because it cannot be read */
    public record Result(long queues, long messages, List<Damage> damages) {}

    /**
     * @param progress told how many messages are written
     * @throws StorageException the folder is damaged and it was not asked to keep going, the file exists or cannot be written
     */
    public static Result run(StoppedFolder folder, Request request, LongConsumer progress) throws StorageException {
        try (FolderReader reader = FolderReader.open(folder)) {
            if (folder.disk().exists(request.file)) {
                throw new StorageException("File " + request.file + " exists already.");
            }
            refuse(reader.damages(), request);
            LargeBodyStore bodies = LargeBodyStore.open(
                    folder.disk(), folder.directory().largeFolder(), folder.store(), 0, new SplittableRandom());
            try (ExportWriter out = new ExportWriter(folder.disk(), request.file, folder.store(), request.nowMillis)) {
                return new Run(folder, reader, request, bodies, out, progress).run();
            } finally {
                bodies.close();
            }
        } catch (IOException e) {
            throw new StorageException("The export to " + request.file + " failed: " + e.getMessage(), e);
        }
    }

    private static void refuse(List<Damage> damages, Request request) throws StorageException {
        if (!damages.isEmpty() && !request.keepGoing) {
            Damage first = damages.get(0);
            throw new StorageException("The data folder is damaged, " + damages.size() + " times, first in "
                    + first.file() + " at offset " + first.offset() + ": " + first.what()
                    + " --keep-going exports what is left.");
        }
    }

    private static final class Run implements FolderReader.Sink {
        private final StoppedFolder folder;
        private final FolderReader reader;
        private final Request request;
        private final LargeBodies bodies;
        private final ExportWriter out;
        private final LongConsumer progress;
        private final List<Damage> damages = new ArrayList<>();
        private long queues;
        private long messages;

        private Run(
                StoppedFolder folder,
                FolderReader reader,
                Request request,
                LargeBodies bodies,
                ExportWriter out,
                LongConsumer progress) {
            this.folder = folder;
            this.reader = reader;
            this.request = request;
            this.bodies = bodies;
            this.out = out;
            this.progress = progress;
        }

        private Result run() throws IOException, StorageException {
            if (request.definitions) {
                for (DefinitionRecord definition : reader.definitions()) {
                    out.record(definition);
                }
            }
            for (QueueContent queue : reader.queues()) {
                if (isWanted(queue)) {
                    out.record(new QueueDeclared(queue.id(), queue.definition(), queue.nextSequence()));
                    if (queue.subscribed().isPresent()) {
                        out.record(queue.subscribed().get());
                    }
                    List<Remembered> ids = queue.remembered();
                    for (int from = 0; from < ids.size(); from += IDS_PER_RECORD) {
                        int to = Math.min(ids.size(), from + IDS_PER_RECORD);
                        out.record(new DuplicatesRemembered(queue.id(), ids.subList(from, to)));
                    }
                    if (queue.paused().isPresent()) {
                        out.record(queue.paused().get());
                    }
                    List<LastValues.Value> values = queue.lastValues();
                    for (int from = 0; from < values.size(); from += IDS_PER_RECORD) {
                        int to = Math.min(values.size(), from + IDS_PER_RECORD);
                        out.record(new LastValues(queue.id(), values.subList(from, to)));
                    }
                    queues++;
                }
            }
            reader.messages(this);
            refuse(reader.damages(), request);
            damages.addAll(0, reader.damages());
            out.end(queues, messages);
            return new Result(queues, messages, damages);
        }

        private boolean isWanted(QueueContent queue) {
            return queue.definition().durable()
                    && request.queues.test(queue.definition().name());
        }

        @Override
        public void message(QueueContent queue, Enqueued message) throws IOException, StorageException {
            if (!isWanted(queue)) {
                return;
            }
            out.record(message);
            Optional<LargeBody> body = message.message().largeBody();
            if (body.isPresent() && !isWritten(queue, message, body.get())) {
                return;
            }
            messages++;
            progress.accept(messages);
        }

        /** The record of a message whose body is damaged stays in the file with what there is of it; an import leaves it out. */
        private boolean isWritten(QueueContent queue, Enqueued message, LargeBody body)
                throws IOException, StorageException {
            try {
                LargeBodyCopy.read(bodies, body, out::body);
                return true;
            } catch (StorageException e) {
                if (!request.keepGoing) {
                    throw e;
                }
                damages.add(LargeBodyCopy.damage(folder, queue, message, e));
                return false;
            }
        }
    }
}
