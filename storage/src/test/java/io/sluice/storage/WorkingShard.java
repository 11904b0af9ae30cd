package io.sluice.storage;

import io.sluice.broker.Annotations;
import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.ExchangeDefinition;
import io.sluice.broker.ExchangeStatus;
import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.ConsumerListener;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.ProducerListener;
import io.sluice.broker.port.Reply;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.queue.Pause;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.shard.Publish;
import io.sluice.broker.shard.QueueChange;
import io.sluice.broker.shard.Shard;
import io.sluice.broker.shard.ShardLimits;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardSetup;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A shard over the real storage, with one queue, one producer and one consumer that checks that every message comes once and in
 * order. Each call waits until what it asked for is durable. Not on the shard's thread.
 */
final class WorkingShard implements AutoCloseable, ProducerListener, ConsumerListener {
    static final String QUEUE = "working";
    private static final int BODY_BYTES = 1024;
    private static final Client NO_BATCHES = () -> {};

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Storage storage;
    private final ShardMailbox mailbox;
    private final Producer producer = new Producer(NO_BATCHES, this, Optional.of(QUEUE));
    private final Consumer consumer =
            new Consumer(new Consumer.Request(NO_BATCHES, this, QUEUE, Consumer.Mode.MOVE, Outcome.RELEASED));
    private final CompletableFuture<Void> failure = new CompletableFuture<>();
    private volatile CompletableFuture<Void> answered = new CompletableFuture<>();
    private volatile int outstanding;
    private long published;
    private long granted;
    private long received = -1;

    private WorkingShard(Storage storage) throws StorageException {
        this.storage = storage;
        this.mailbox = Shard.recover(new ShardSetup(
                        thread,
                        System::currentTimeMillis,
                        storage.journal(),
                        storage.store(),
                        ShardLimits.ofMemory(256 << 20),
                        name -> Optional.of(QueueDefinition.named(name)),
                        failure::completeExceptionally))
                .mailbox();
        mailbox.attach(producer);
        mailbox.attach(consumer);
    }

    static WorkingShard open(StorageConfig config) throws StorageException {
        return new WorkingShard(Storage.open(config));
    }

    private void await(CompletableFuture<?> answer) throws Exception {
        CompletableFuture.anyOf(answer, failure).get(1, TimeUnit.MINUTES);
    }

    private void expect(int answers) {
        answered = new CompletableFuture<>();
        outstanding = answers;
    }

    private void oneAnswer() {
        if (--outstanding == 0) {
            answered.complete(null);
        }
    }

    void publish(int count) throws Exception {
        expect(count);
        for (int i = 0; i < count; i++) {
            byte[] body = new byte[BODY_BYTES];
            ByteBuffer.wrap(body).putLong(published++);
            mailbox.publish(
                    producer, new Publish(QUEUE, new Message(body, 0, Message.Header.DURABLE, Annotations.EMPTY)));
        }
        await(answered);
    }

    /** Takes the next messages and accepts them. */
    void consume(int count) throws Exception {
        expect(count);
        granted += count;
        mailbox.grant(consumer, granted, false);
        await(answered);
    }

    void checkpoint() throws Exception {
        CompletableFuture<JournalPosition> done = new CompletableFuture<>();
        mailbox.checkpoint(reply(done));
        await(done);
    }

    /** Nothing is given out any more, and producers get no credit. */
    void pause() throws Exception {
        CompletableFuture<QueueStatus> done = new CompletableFuture<>();
        Pause all = new Pause(Optional.of(true), Optional.of(true));
        mailbox.update(QUEUE, new QueueChange(is -> is, all), NO_BATCHES, reply(done));
        await(done);
    }

    Definitions define(DefinitionRecord record) throws Exception {
        CompletableFuture<Definitions> done = new CompletableFuture<>();
        mailbox.define(are -> record, NO_BATCHES, reply(done));
        await(done);
        return done.get();
    }

    Definitions definitions() {
        return mailbox.definitions();
    }

    ExchangeStatus exchange(ExchangeDefinition exchange) throws Exception {
        CompletableFuture<ExchangeStatus> done = new CompletableFuture<>();
        mailbox.exchanges().declare(exchange, NO_BATCHES, reply(done));
        await(done);
        return done.get();
    }

    ExchangeBinding bind(ExchangeBinding binding) throws Exception {
        CompletableFuture<ExchangeBinding> done = new CompletableFuture<>();
        mailbox.exchanges().bind(binding, NO_BATCHES, reply(done));
        await(done);
        return done.get();
    }

    List<ExchangeBinding> bindings() throws Exception {
        CompletableFuture<List<ExchangeBinding>> done = new CompletableFuture<>();
        mailbox.exchanges().bindings(NO_BATCHES, reply(done));
        await(done);
        return done.get();
    }

    long messages() throws Exception {
        return status().messages();
    }

    QueueStatus status() throws Exception {
        CompletableFuture<QueueStatus> status = new CompletableFuture<>();
        mailbox.describe(QUEUE, NO_BATCHES, reply(status));
        await(status);
        return status.get();
    }

    private static <T> Reply<T> reply(CompletableFuture<T> answer) {
        return new Reply<>() {
            @Override
            public void done(T value) {
                answer.complete(value);
            }

            @Override
            public void refused(Refusal refusal) {
                answer.completeExceptionally(new AssertionError(refusal.text()));
            }
        };
    }

    @Override
    public void close() throws StorageException {
        storage.close();
        thread.shutdown();
    }

    @Override
    public void deliver(Delivery delivery) {
        long number = ByteBuffer.wrap(delivery.message().encoded()).getLong();
        if (received >= 0 && number != received + 1) {
            failure.completeExceptionally(new AssertionError(number + " after " + received));
        }
        received = number;
        mailbox.settle(delivery, Outcome.ACCEPTED);
    }

    @Override
    public void settled(Delivery delivery) {
        oneAnswer();
    }

    @Override
    public void accepted(Publish publish) {
        oneAnswer();
    }

    @Override
    public void refused(Publish publish, Refusal refusal) {
        closed(refusal);
    }

    @Override
    public void closed(Refusal refusal) {
        failure.completeExceptionally(new AssertionError(refusal.text()));
    }

    @Override
    public void attached() {}

    @Override
    public void drained() {}

    @Override
    public void detached() {}

    @Override
    public void creditOpen(boolean open, String reason) {}
}
