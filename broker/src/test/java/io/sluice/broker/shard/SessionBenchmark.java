package io.sluice.broker.shard;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.MessageGroup;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.SessionRequest;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.ConsumerListener;
import io.sluice.broker.port.ProducerListener;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.queue.Producer;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * What the core alone costs of many sessions over one deep queue, through a journal in memory: all are accepted as the next one that is free, with so
 * many had at once, and each is emptied before it is left. Arguments: sessions, messages of each (their messages take turns). Prints and ends.
 */
public final class SessionBenchmark implements ProducerListener {
    private static final int PER_TURN = 100;

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final byte[] body = new byte[100];
    private final Client client = () -> {};
    private Shard shard;

    public static void main(String[] arguments) throws StorageException {
        int sessions = Integer.parseInt(arguments[0]);
        int each = Integer.parseInt(arguments[1]);
        for (int atOnce : new int[] {1, 100, sessions, 1, 100, sessions}) {
            SessionBenchmark benchmark = new SessionBenchmark();
            benchmark.fill(sessions, each);
            long start = System.nanoTime();
            int received = benchmark.empty(sessions, atOnce);
            long nanos = System.nanoTime() - start;
            System.out.printf(
                    "%d at once: %d ns per session, %d ns per message, %d of %d received%n",
                    atOnce, nanos / sessions, nanos / received, received, sessions * each);
        }
    }

    private void fill(int sessions, int each) throws StorageException {
        shard = Shard.recover(new ShardSetup(
                tasks::add,
                () -> 1,
                new InMemoryJournal(),
                new NoStore(),
                ShardLimits.ofMemory(4L << 30),
                name -> Optional.of(QueueDefinition.named(name)),
                defect -> {
                    throw new IllegalStateException(defect);
                }));
        Producer producer = new Producer(client, this, Optional.of("q"));
        shard.mailbox().attach(producer);
        for (int i = 0; i < sessions * each; i++) {
            Message.Header header = Message.Header.DURABLE.withGroup(new MessageGroup("session-" + i % sessions, 0));
            shard.mailbox().publish(producer, new Publish("q", new Message(body, 0, header, Annotations.EMPTY)));
            if (i % PER_TURN == 0) {
                runTasks();
            }
        }
        runTasks();
    }

    /** @return how many messages were received */
    private int empty(int sessions, int atOnce) {
        ArrayDeque<Receiver> having = new ArrayDeque<>();
        int received = 0;
        for (int accepted = 0; accepted < sessions; accepted++) {
            if (having.size() == atOnce) {
                received += having.poll().leave();
            }
            having.add(new Receiver());
        }
        for (Receiver receiver : having) {
            received += receiver.leave();
        }
        return received;
    }

    /** A receiver of one session, the next one that is free. */
    private final class Receiver implements ConsumerListener {
        private final ArrayDeque<Delivery> deliveries = new ArrayDeque<>();
        private final Consumer consumer;

        private Receiver() {
            Consumer.Terms terms = Consumer.Terms.NONE.withSession(new SessionRequest(Optional.empty(), 60_000));
            consumer = new Consumer(new Consumer.Request(
                    client, this, "q", Consumer.Mode.MOVE, Outcome.RELEASED, Optional.empty(), terms));
            shard.mailbox().attach(consumer);
            runTasks();
            if (consumer.session().orElseThrow().id() == null) {
                throw new IllegalStateException("there is a session, and it was not found");
            }
        }

        /** It has received and settled all there is of its session before. */
        private int leave() {
            shard.mailbox().grant(consumer, Long.MAX_VALUE, false);
            runTasks();
            int received = deliveries.size();
            deliveries.forEach(delivery -> shard.mailbox().settle(delivery, Outcome.ACCEPTED));
            runTasks();
            shard.mailbox().detach(consumer);
            runTasks();
            return received;
        }

        @Override
        public void attached() {}

        @Override
        public void closed(Refusal refusal) {
            throw new IllegalStateException(refusal.text());
        }

        @Override
        public void deliver(Delivery delivery) {
            deliveries.add(delivery);
        }

        @Override
        public void settled(Delivery delivery) {}

        @Override
        public void drained() {}

        @Override
        public void detached() {}
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
        throw new IllegalStateException(refusal.text());
    }

    @Override
    public void accepted(Publish publish) {}

    @Override
    public void refused(Publish publish, Refusal refusal) {
        throw new IllegalStateException(refusal.text());
    }

    @Override
    public void creditOpen(boolean open, String reason) {}
}
