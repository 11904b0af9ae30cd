package io.sluice.benchmark;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.ConsumerListener;
import io.sluice.broker.port.ProducerListener;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.shard.Publish;
import io.sluice.broker.shard.Shard;
import io.sluice.broker.shard.ShardLimits;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardSetup;
import io.sluice.storage.Storage;
import io.sluice.storage.StorageConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The whole core over the whole storage: a queue, decided by its shard, with checkpoints. A consumer settles; it has credit for
 * all there is from the first {@link #settle} on.
 */
final class SluiceShard implements JournalUnderTest, ProducerListener, ConsumerListener {
    private static final String QUEUE = "compared";
    private static final Client NO_BATCHES = () -> {};

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Storage storage;
    private final ShardMailbox mailbox;
    private final Producer producer = new Producer(NO_BATCHES, this, Optional.of(QUEUE));
    private final Consumer consumer =
            new Consumer(new Consumer.Request(NO_BATCHES, this, QUEUE, Consumer.Mode.MOVE, Outcome.RELEASED));
    private final Object credit = new Object();
    private volatile boolean creditOpen = true;
    private final AtomicLong toSettle = new AtomicLong();
    private long settled;

    /** Knows whom to tell. */
    private static final class Told extends Publish {
        private final long id;
        private final Durable durable;

        private Told(Message message, long id, Durable durable) {
            super(QUEUE, message);
            this.id = id;
            this.durable = durable;
        }
    }

    SluiceShard(Path folder) throws Exception {
        Files.createDirectories(folder);
        storage = Storage.open(StorageConfig.in(folder));
        mailbox = Shard.recover(new ShardSetup(
                        thread,
                        System::currentTimeMillis,
                        storage.journal(),
                        storage.store(),
                        ShardLimits.ofMemory(Runtime.getRuntime().maxMemory() / 2),
                        name -> Optional.of(QueueDefinition.named(name)),
                        SluiceShard::end))
                .mailbox();
        mailbox.attach(producer);
        mailbox.attach(consumer);
    }

    private static void end(Throwable cause) {
        cause.printStackTrace();
        Runtime.getRuntime().halt(1);
    }

    @Override
    public long loaded() {
        CompletableFuture<Long> messages = new CompletableFuture<>();
        mailbox.describe(QUEUE, NO_BATCHES, new Reply<>() {
            @Override
            public void done(QueueStatus status) {
                messages.complete(status.messages());
            }

            @Override
            public void refused(Refusal refusal) {
                messages.complete(0L);
            }
        });
        return messages.join();
    }

    @Override
    public void enqueue(long id, byte[] body, Durable durable) {
        Message message = new Message(body, 0, Message.Header.DURABLE, Annotations.EMPTY);
        awaitCredit();
        mailbox.publish(producer, new Told(message, id, durable));
    }

    private void awaitCredit() {
        if (creditOpen) {
            return;
        }
        synchronized (credit) {
            while (!creditOpen) {
                try {
                    credit.wait();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    @Override
    public void settle(long id) {
        if (toSettle.getAndIncrement() == 0) {
            mailbox.grant(consumer, Long.MAX_VALUE, false);
        }
    }

    @Override
    public synchronized void close() throws Exception {
        while (settled < toSettle.get()) {
            wait();
        }
        storage.close();
        thread.shutdown();
    }

    @Override
    public void accepted(Publish publish) {
        Told told = (Told) publish;
        told.durable.durable(told.id);
    }

    @Override
    public void deliver(Delivery delivery) {
        mailbox.settle(delivery, Outcome.ACCEPTED);
    }

    @Override
    public synchronized void settled(Delivery delivery) {
        settled++;
        if (settled == toSettle.get()) {
            notifyAll();
        }
    }

    @Override
    public void refused(Publish publish, Refusal refusal) {
        closed(refusal);
    }

    @Override
    public void closed(Refusal refusal) {
        end(new IllegalStateException(refusal.text()));
    }

    @Override
    public void attached() {}

    @Override
    public void drained() {}

    @Override
    public void detached() {}

    @Override
    public void creditOpen(boolean open, String reason) {
        synchronized (credit) {
            creditOpen = open;
            credit.notifyAll();
        }
    }
}
