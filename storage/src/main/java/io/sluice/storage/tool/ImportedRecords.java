package io.sluice.storage.tool;

import io.sluice.broker.LargeBody;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.ExchangeRecord;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.QueuePaused;
import io.sluice.broker.record.JournalRecord.SessionStateSet;
import io.sluice.broker.record.JournalRecord.Subscribed;
import io.sluice.broker.record.RecordCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** The content of a checkpoint that comes out of an export file. {@link #readQueues} first; then the store's thread only. */
final class ImportedRecords implements MessageStore.CheckpointSource {
    private final ExportReader in;
    private final MessageImport.Request request;
    private final LargeBodies bodies;
    private final ImportTarget target;
    private final LongConsumer progress;
    private final SliceBuilder slices = new SliceBuilder();
    private final List<String> damages = new ArrayList<>();
    /** Read, and not used yet. */
    private ExportReader.Block ahead;

    private boolean ended;
    private long messages;
    /** Of queues that are not wanted. */
    private long passedOver;

    ImportedRecords(
            ExportReader in,
            MessageImport.Request request,
            LargeBodies bodies,
            ImportTarget target,
            LongConsumer progress) {
        this.in = in;
        this.request = request;
        this.bodies = bodies;
        this.target = target;
        this.progress = progress;
    }

    /** Everything in front of the first message. */
    void readQueues() throws IOException, StorageException {
        while (true) {
            ExportReader.Block block = next();
            JournalRecord record = block == null ? null : record(block);
            if (record instanceof QueueDeclared queue) {
                if (request.queues().test(queue.definition().name())) {
                    target.add(queue);
                }
            } else if (record instanceof DuplicatesRemembered ids) {
                target.remember(ids);
            } else if (record instanceof QueuePaused paused) {
                target.pause(paused);
            } else if (record instanceof Subscribed subscribed) {
                target.subscribe(subscribed);
            } else if (record instanceof DefinitionRecord definition) {
                if (request.definitions()) {
                    target.define(definition);
                }
            } else if (record instanceof ExchangeRecord exchange) {
                if (request.definitions()) {
                    target.exchange(exchange);
                }
            } else if (record instanceof LastValues last) {
                target.remember(last);
            } else if (record instanceof SessionStateSet set) {
                target.keep(set);
            } else {
                ahead = block;
                return;
            }
        }
    }

    private static JournalRecord record(ExportReader.Block block) {
        ByteBuffer content = block.content().duplicate();
        return block.kind() == ExportFormat.RECORD ? RecordCodec.read(content) : null;
    }

    private ExportReader.Block next() throws IOException, StorageException {
        if (ahead != null) {
            ExportReader.Block block = ahead;
            ahead = null;
            return block;
        }
        ExportReader.Block block = in.next();
        if (block != null) {
            return block;
        }
        StorageException damaged = in.damaged();
        if (!request.keepGoing()) {
            throw damaged;
        }
        damages.add(damaged.getMessage());
        return in.skipDamage();
    }

    @Override
    public void begin(MessageStore.Answer<MessageStore.Beginning> answer) {
        answer.answer(new MessageStore.Beginning(target.checkpoint(), target.declared(), target.remembered()));
    }

    @Override
    public void next(int maxBytes, MessageStore.Answer<MessageStore.Slice> answer) {
        try {
            MessageStore.Slice slice = slices.full();
            while (slice == null && !ended) {
                read();
                slice = slices.full();
            }
            answer.answer(slice == null ? slices.rest() : slice);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (StorageException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private void read() throws IOException, StorageException {
        ExportReader.Block block = next();
        if (block == null) {
            ended = true;
        } else if (block.kind() == ExportFormat.END) {
            ended = true;
            long expected = block.content().getLong(block.content().position() + 8);
            if (expected != messages + passedOver && !request.keepGoing()) {
                throw new StorageException(
                        "The export has " + (messages + passedOver) + " messages and says it has " + expected + ".");
            }
        } else if (record(block) instanceof Enqueued message) {
            if (target.knows(message.queueId())) {
                take(message);
            } else {
                passedOver++;
            }
        }
    }

    private void take(Enqueued exported) throws IOException, StorageException {
        Enqueued message = target.place(exported);
        if (exported.message().isLarge()) {
            LargeBody body = copy(exported);
            if (body == null) {
                return;
            }
            message = new Enqueued(
                    message.queueId(),
                    message.sequence(),
                    message.arrivedAtMillis(),
                    message.expiresAtMillis(),
                    message.deliverAtMillis(),
                    message.deliveryCount(),
                    message.duplicateId(),
                    message.message().withBody(body));
        }
        QueueDefinition queue = target.queueOf(exported.queueId()).definition();
        int level = queue.service() instanceof QueueDefinition.Fifo
                ? 0
                : message.message().priority();
        slices.add(level, message);
        messages++;
        progress.accept(messages);
    }

    /** @return null: it is not all there */
    private LargeBody copy(Enqueued exported) throws IOException, StorageException {
        LargeBodyCopy.Writing writing = new LargeBodyCopy.Writing(bodies);
        long length = 0;
        for (ahead = next(); ahead != null && ahead.kind() == ExportFormat.BODY; ahead = next()) {
            byte[] bytes = new byte[ahead.content().remaining()];
            ahead.content().duplicate().get(bytes);
            ahead = null;
            writing.write(bytes);
            length += bytes.length;
        }
        if (length == exported.message().largeBody().orElseThrow().length()) {
            return writing.finish();
        }
        writing.abort();
        String text = "Of a large message " + length + " bytes are in the export, not "
                + exported.message().largeBody().orElseThrow().length() + ".";
        if (!request.keepGoing()) {
            throw new StorageException(text);
        }
        damages.add(text);
        return null;
    }

    @Override
    public void stored(List<Enqueued> stored, long page) {}

    MessageImport.Result result() {
        return new MessageImport.Result(target.queues(), messages, target.kept(), damages);
    }
}
