package io.sluice.storage.tool;

import io.sluice.broker.LargeBody;
import io.sluice.broker.SessionState;
import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.ExchangeRecord;
import io.sluice.broker.record.ExchangeRecord.Bound;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered.Remembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.QueuePaused;
import io.sluice.broker.record.JournalRecord.SessionStateSet;
import io.sluice.broker.record.JournalRecord.Subscribed;
import io.sluice.storage.Damage;
import io.sluice.storage.large.LargeBodyStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/** Writes the queues of a stopped folder, of all its shards, and their messages to one file, see {@link ExportFormat}. */
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
    public static Result run(List<StoppedFolder> shards, Request request, LongConsumer progress)
            throws StorageException {
        StoppedFolder first = shards.get(0);
        List<Shard> open = new ArrayList<>();
        try {
            if (first.disk().exists(request.file)) {
                throw new StorageException("File " + request.file + " exists already.");
            }
            for (StoppedFolder folder : shards) {
                Shard shard = Shard.open(folder);
                open.add(shard);
                refuse(shard.reader.damages(), request);
            }
            try (ExportWriter out = new ExportWriter(first.disk(), request.file, first.store(), request.nowMillis)) {
                return new Run(open, request, out, progress).run();
            }
        } catch (IOException e) {
            throw new StorageException("The export to " + request.file + " failed: " + e.getMessage(), e);
        } finally {
            for (Shard shard : open) {
                shard.close();
            }
        }
    }

    /** One shard, being read. */
    private record Shard(StoppedFolder folder, FolderReader reader, LargeBodies bodies) {
        static Shard open(StoppedFolder folder) throws IOException, StorageException {
            FolderReader reader = FolderReader.open(folder);
            try {
                return new Shard(
                        folder,
                        reader,
                        LargeBodyStore.open(
                                folder.disk(),
                                folder.directory().largeFolder(),
                                folder.store(),
                                0,
                                new SplittableRandom()));
            } catch (StorageException e) {
                reader.close();
                throw e;
            }
        }

        /** The number of a queue in the file: those of two shards may have the same. */
        long numberOf(long queueId) {
            return queueId * folder.shard().count() + folder.shard().index();
        }

        void close() throws StorageException {
            bodies.close();
            reader.close();
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

    private static final class Run {
        private final List<Shard> shards;
        private final Request request;
        private final ExportWriter out;
        private final LongConsumer progress;
        private final List<Damage> damages = new ArrayList<>();
        private long queues;
        private long messages;

        private Run(List<Shard> shards, Request request, ExportWriter out, LongConsumer progress) {
            this.shards = shards;
            this.request = request;
            this.out = out;
            this.progress = progress;
        }

        private Result run() throws IOException, StorageException {
            for (Shard shard : shards) {
                if (request.definitions) {
                    for (DefinitionRecord definition : shard.reader.definitions()) {
                        out.record(definition);
                    }
                }
            }
            for (Shard shard : shards) {
                for (QueueContent queue : shard.reader.queues()) {
                    if (isWanted(queue)) {
                        write(queue, shard.numberOf(queue.id()));
                        queues++;
                    }
                }
            }
            for (Shard shard : shards) {
                if (request.definitions) {
                    writeExchanges(shard);
                }
            }
            List<Damage> read = new ArrayList<>();
            for (Shard shard : shards) {
                shard.reader.messages((queue, message) -> write(shard, queue, message));
                refuse(shard.reader.damages(), request);
                read.addAll(shard.reader.damages());
            }
            damages.addAll(0, read);
            out.end(queues, messages);
            return new Result(queues, messages, damages);
        }

        /** Behind all queues: what is bound has to be there. */
        private void writeExchanges(Shard shard) throws IOException {
            Set<Long> wanted = new HashSet<>();
            shard.reader.queues().stream().filter(this::isWanted).forEach(queue -> wanted.add(queue.id()));
            for (ExchangeRecord exchange : shard.reader.exchanges()) {
                if (!(exchange instanceof Bound bound) || bound.queueId() == JournalRecord.NO_QUEUE) {
                    out.record(exchange);
                } else if (wanted.contains(bound.queueId())) {
                    out.record(new Bound(shard.numberOf(bound.queueId()), bound.binding()));
                }
            }
        }

        private void write(QueueContent queue, long number) throws IOException {
            out.record(new QueueDeclared(number, queue.definition(), queue.nextSequence()));
            if (queue.subscribed().isPresent()) {
                Subscribed subscribed = queue.subscribed().get();
                out.record(new Subscribed(number, subscribed.subscription(), subscribed.expiry()));
            }
            List<Remembered> ids = queue.remembered();
            for (int from = 0; from < ids.size(); from += IDS_PER_RECORD) {
                int to = Math.min(ids.size(), from + IDS_PER_RECORD);
                out.record(new DuplicatesRemembered(number, ids.subList(from, to)));
            }
            if (queue.paused().isPresent()) {
                QueuePaused paused = queue.paused().get();
                out.record(new QueuePaused(number, paused.delivery(), paused.intake()));
            }
            List<LastValues.Value> values = queue.lastValues();
            for (int from = 0; from < values.size(); from += IDS_PER_RECORD) {
                int to = Math.min(values.size(), from + IDS_PER_RECORD);
                out.record(new LastValues(number, values.subList(from, to)));
            }
            for (Map.Entry<String, SessionState> each : queue.sessionStates().entrySet()) {
                out.record(new SessionStateSet(number, each.getKey(), Optional.of(each.getValue())));
            }
        }

        private boolean isWanted(QueueContent queue) {
            return queue.definition().durable()
                    && request.queues.test(queue.definition().name());
        }

        private void write(Shard shard, QueueContent queue, Enqueued message) throws IOException, StorageException {
            if (!isWanted(queue)) {
                return;
            }
            out.record(new Enqueued(
                    shard.numberOf(message.queueId()),
                    message.sequence(),
                    message.arrivedAtMillis(),
                    message.expiresAtMillis(),
                    message.deliverAtMillis(),
                    message.deliveryCount(),
                    message.duplicateId(),
                    message.message()));
            Optional<LargeBody> body = message.message().largeBody();
            if (body.isPresent() && !isWritten(shard, queue, message, body.get())) {
                return;
            }
            messages++;
            progress.accept(messages);
        }

        /** The record of a message whose body is damaged stays in the file with what there is of it; an import leaves it out. */
        private boolean isWritten(Shard shard, QueueContent queue, Enqueued message, LargeBody body)
                throws IOException, StorageException {
            try {
                LargeBodyCopy.read(shard.bodies, body, out::body);
                return true;
            } catch (StorageException e) {
                if (!request.keepGoing) {
                    throw e;
                }
                damages.add(LargeBodyCopy.damage(shard.folder, queue, message, e));
                return false;
            }
        }
    }
}
