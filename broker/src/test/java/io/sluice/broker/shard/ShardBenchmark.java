package io.sluice.broker.shard;

import com.sun.management.ThreadMXBean;
import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.ConsumerListener;
import io.sluice.broker.port.ProducerListener;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.queue.Producer;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.Optional;

/** What the core alone costs per durable message of 1 KB: publish, deliver, accept, through a journal in memory. Prints and ends. */
public final class ShardBenchmark implements ConsumerListener, ProducerListener {
    private static final int PER_TURN = 100;
    private static final int MESSAGES = 2_000_000;

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final ArrayDeque<Delivery> received = new ArrayDeque<>();
    private final byte[] body = new byte[1024];
    private Shard shard;

    public static void main(String[] arguments) throws StorageException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int round = 0; round < 5; round++) {
            ShardBenchmark benchmark = new ShardBenchmark();
            long bytes = threads.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            benchmark.run();
            long nanos = System.nanoTime() - start;
            bytes = threads.getCurrentThreadAllocatedBytes() - bytes;
            System.out.printf("%d ns and %d bytes per message%n", nanos / MESSAGES, bytes / MESSAGES);
        }
    }

    private void run() throws StorageException {
        shard = Shard.recover(new ShardSetup(
                tasks::add,
                () -> 1,
                new InMemoryJournal(),
                new NoStore(),
                ShardLimits.ofMemory(1L << 30),
                name -> Optional.of(QueueDefinition.named(name)),
                defect -> {
                    throw new IllegalStateException(defect);
                }));
        Client client = () -> {};
        Producer producer = new Producer(client, this, Optional.of("q"));
        Consumer consumer = new Consumer(new Consumer.Request(client, this, "q", Consumer.Mode.MOVE, Outcome.RELEASED));
        ShardMailbox mailbox = shard.mailbox();
        mailbox.attach(producer);
        mailbox.attach(consumer);
        mailbox.grant(consumer, Long.MAX_VALUE, false);
        for (int sent = 0; sent < MESSAGES; sent += PER_TURN) {
            for (int i = 0; i < PER_TURN; i++) {
                Message message = new Message(body, 0, Message.Header.DURABLE, Annotations.EMPTY);
                mailbox.publish(producer, new Publish("q", message));
            }
            runTasks();
            for (Delivery delivery = received.poll(); delivery != null; delivery = received.poll()) {
                mailbox.settle(delivery, Outcome.ACCEPTED);
            }
            runTasks();
        }
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    @Override
    public void attached() {}

    @Override
    public void closed(Refusal refusal) {}

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
    public void accepted(Publish publish) {}

    @Override
    public void refused(Publish publish, Refusal refusal) {}

    @Override
    public void creditOpen(boolean open, String reason) {}
}
