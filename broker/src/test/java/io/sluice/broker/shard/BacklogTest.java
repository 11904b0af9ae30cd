package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.ConsumerListener;
import io.sluice.broker.port.ProducerListener;
import io.sluice.broker.port.Reply;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.queue.Producer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A queue of which a hundredth fits into memory. */
class BacklogTest implements ConsumerListener, ProducerListener {
    private static final int MESSAGES = 1_000_000;
    private static final int PER_TURN = 200;
    private static final long MEMORY_BYTES = 4 << 20;

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final ArrayDeque<Delivery> received = new ArrayDeque<>();
    private final NaiveStore store = new NaiveStore();
    private final Client client = () -> {};
    private ShardMailbox mailbox;
    private QueueStatus status;
    private int accepted;
    private int next;
    private long mostResident;

    @Test
    void aMillionMessagesGoThroughAFewMegabytesOnceAndInOrder() throws StorageException {
        store.runsByItself = true;
        store.pageMessages = 1_000;
        mailbox = Shard.recover(new ShardSetup(
                        tasks::add,
                        () -> 1,
                        new InMemoryJournal(),
                        store,
                        ShardLimits.ofMemory(MEMORY_BYTES),
                        name -> Optional.of(QueueDefinition.named(name)),
                        defect -> {
                            throw new IllegalStateException(defect);
                        }))
                .mailbox();
        Producer producer = new Producer(client, this, Optional.of("q"));
        mailbox.attach(producer);
        for (int sent = 0; sent < MESSAGES; sent += PER_TURN) {
            for (int i = 0; i < PER_TURN; i++) {
                byte[] body = ByteBuffer.allocate(4).putInt(sent + i).array();
                mailbox.publish(
                        producer,
                        new Publish(
                                "q", new Message(body, 0, Message.Header.DURABLE, io.sluice.broker.Annotations.EMPTY)));
            }
            look();
        }
        look();
        assertEquals(MESSAGES, accepted);
        assertEquals(MESSAGES, status.messages());

        Consumer consumer = new Consumer(new Consumer.Request(client, this, "q", Consumer.Mode.MOVE, Outcome.RELEASED));
        mailbox.attach(consumer);
        mailbox.grant(consumer, PER_TURN, false);
        runTasks();
        while (!received.isEmpty()) {
            for (Delivery delivery = received.poll(); delivery != null; delivery = received.poll()) {
                assertEquals(
                        next++, ByteBuffer.wrap(delivery.message().encoded()).getInt());
                mailbox.settle(delivery, Outcome.ACCEPTED);
            }
            mailbox.grant(consumer, next + PER_TURN, false);
            look();
        }

        look();
        assertEquals(MESSAGES, next);
        assertEquals(0, status.messages());
        assertEquals(0, status.bytes());
        // Each takes about 260 bytes.
        assertTrue(mostResident < MEMORY_BYTES / 260, "in memory at a time: " + mostResident);
    }

    private void look() {
        mailbox.describe("q", client, new Reply<>() {
            @Override
            public void done(QueueStatus value) {
                status = value;
            }

            @Override
            public void refused(Refusal refusal) {
                throw new AssertionError(refusal);
            }
        });
        runTasks();
        mostResident = Math.max(mostResident, status.messages() - status.pagedOut());
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    @Override
    public void attached() {}

    @Override
    public void closed(Refusal refusal) {
        throw new AssertionError(refusal);
    }

    @Override
    public void deliver(Delivery delivery) {
        received.add(delivery);
    }

    @Override
    public void settled(Delivery delivery) {}

    @Override
    public void drained() {}

    @Override
    public void detached() {}

    @Override
    public void accepted(Publish publish) {
        accepted++;
    }

    @Override
    public void refused(Publish publish, Refusal refusal) {
        throw new AssertionError(refusal);
    }

    @Override
    public void creditOpen(boolean open, String reason) {}
}
