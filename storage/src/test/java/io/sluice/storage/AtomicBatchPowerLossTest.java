package io.sluice.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.ConsumerListener;
import io.sluice.broker.port.Reply;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.shard.AtomicBatch;
import io.sluice.broker.shard.NoStore;
import io.sluice.broker.shard.Publish;
import io.sluice.broker.shard.Shard;
import io.sluice.broker.shard.ShardLimits;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardSetup;
import io.sluice.storage.journal.JournalLimits;
import io.sluice.storage.journal.SegmentJournal;
import io.sluice.storage.journal.SteppedJournal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Goal: an atomic batch has happened as a whole or not at all, whatever the machine loses with its power, and has happened once it
 * is answered. Method: tokens go from queue to queue, each hop the settlement of one message and the send of another, several hops
 * per batch. After each power loss every token is there once, where its last answered hop took it or a later one.
 */
class AtomicBatchPowerLossTest {
    private static final Path FOLDER = Path.of("data");
    private static final JournalLimits LIMITS = JournalLimits.ofSegments(256 << 10, 8, 12);
    private static final List<String> QUEUES = List.of("q0", "q1", "q2");
    private static final int TOKENS = 20;
    private static final int SEEDS = 60;
    private static final Client NO_BATCHES = () -> {};

    private Random random;
    private SimulatedDisk disk;
    private ArrayDeque<Runnable> tasks;
    private SegmentJournal journal;
    private ShardMailbox mailbox;
    private Map<String, List<Delivery>> held;
    private StorageException failure;
    /** Where each token may be: where its last answered hop took it, then where later ones did. */
    private final Map<String, List<String>> places = new TreeMap<>();

    private int answered;

    @Test
    void everyTokenIsThereOnce() {
        Long only = Long.getLong("sim.seed");
        for (long seed = only == null ? 1 : only; seed <= (only == null ? SEEDS : only); seed++) {
            try {
                run(seed);
            } catch (StorageException | RuntimeException | AssertionError e) {
                throw new AssertionError("replay with -Dsim.seed=" + seed + ": " + e, e);
            }
        }
        assertTrue(answered > SEEDS, "only " + answered + " batches were answered");
    }

    private void run(long seed) throws StorageException {
        random = new Random(seed);
        disk = new SimulatedDisk(random);
        places.clear();
        open();
        mint();
        for (int round = 0; round < 4; round++) {
            disk.failAt(1 + random.nextInt(150), SimulatedDisk.Fault.OUTAGE);
            for (int step = 0; step < 60 && failure == null; step++) {
                hop();
                for (int i = random.nextInt(3); i > 0; i--) {
                    SteppedJournal.step(journal);
                }
                work();
            }
            if (random.nextInt(3) == 0) {
                disk.processKilled();
            } else {
                disk.powerLost();
            }
            open();
            compare();
        }
    }

    private void open() throws StorageException {
        failure = null;
        tasks = new ArrayDeque<>();
        DataDirectory directory = DataDirectory.open(disk, FOLDER, 0);
        journal = SteppedJournal.on(disk, directory.journalFolder(), directory.store(), LIMITS);
        mailbox = Shard.recover(new ShardSetup(
                        tasks::add,
                        () -> 1,
                        journal,
                        new NoStore(),
                        ShardLimits.ofMemory(64 << 20),
                        name -> Optional.of(QueueDefinition.named(name)),
                        cause -> failure = new StorageException("the shard stopped", cause)))
                .mailbox();
        held = new HashMap<>();
        for (String queue : QUEUES) {
            List<Delivery> deliveries = new ArrayList<>();
            held.put(queue, deliveries);
            Consumer consumer = new Consumer(new Consumer.Request(
                    NO_BATCHES, new Collecting(deliveries), queue, Consumer.Mode.MOVE, Outcome.RELEASED));
            mailbox.attach(consumer);
            mailbox.grant(consumer, Long.MAX_VALUE, false);
        }
        settleDown();
    }

    private void work() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Until everything is durable and has been answered. */
    private void settleDown() {
        work();
        while (SteppedJournal.step(journal)) {
            work();
        }
    }

    private void mint() {
        List<Publish> tokens = new ArrayList<>();
        for (int i = 0; i < TOKENS; i++) {
            tokens.add(publish("q0", "token" + i));
            places.put("token" + i, new ArrayList<>(List.of("q0")));
        }
        commit(new AtomicBatch(tokens, List.of()), () -> {});
        settleDown();
        assertEquals(TOKENS, held.get("q0").size());
    }

    private static Publish publish(String queue, String token) {
        byte[] body = token.getBytes(StandardCharsets.UTF_8);
        return new Publish(queue, new Message(body, 0, Message.Header.DURABLE, Annotations.EMPTY));
    }

    private static String token(Delivery delivery) {
        return new String(delivery.message().encoded(), StandardCharsets.UTF_8);
    }

    private void hop() {
        List<Publish> sends = new ArrayList<>();
        List<AtomicBatch.Settlement> settlements = new ArrayList<>();
        Map<String, String> to = new HashMap<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            List<Delivery> from = held.get(some());
            if (!from.isEmpty()) {
                Delivery delivery = from.remove(random.nextInt(from.size()));
                to.put(token(delivery), some());
                sends.add(publish(to.get(token(delivery)), token(delivery)));
                settlements.add(new AtomicBatch.Settlement(delivery, Outcome.ACCEPTED));
            }
        }
        to.forEach((token, queue) -> places.get(token).add(queue));
        Map<String, Integer> hops = new HashMap<>();
        to.keySet().forEach(token -> hops.put(token, places.get(token).size() - 1));
        commit(new AtomicBatch(sends, settlements), () -> {
            answered++;
            // A token hops on only when its message is there, so all hops before this one are answered too.
            hops.forEach((token, hop) -> places.get(token).subList(0, hop).clear());
        });
    }

    private String some() {
        return QUEUES.get(random.nextInt(QUEUES.size()));
    }

    private void commit(AtomicBatch batch, Runnable done) {
        mailbox.commit(batch, NO_BATCHES, new Reply<>() {
            @Override
            public void done(AtomicBatch value) {
                done.run();
            }

            @Override
            public void refused(Refusal refusal) {
                throw new AssertionError(refusal.text());
            }
        });
    }

    private void compare() {
        Map<String, String> found = new TreeMap<>();
        held.forEach((queue, deliveries) -> deliveries.forEach(delivery -> {
            String before = found.put(token(delivery), queue);
            assertEquals(null, before, token(delivery) + " is there twice, in " + queue + " too");
        }));
        assertEquals(Set.copyOf(places.keySet()), Set.copyOf(found.keySet()));
        found.forEach((token, queue) -> {
            assertTrue(places.get(token).contains(queue), token + " is in " + queue + ", not " + places.get(token));
            places.put(token, new ArrayList<>(List.of(queue)));
        });
    }

    private record Collecting(List<Delivery> deliveries) implements ConsumerListener {
        @Override
        public void deliver(Delivery delivery) {
            deliveries.add(delivery);
        }

        @Override
        public void settled(Delivery delivery) {}

        @Override
        public void attached() {}

        @Override
        public void closed(Refusal refusal) {
            throw new AssertionError(refusal.text());
        }

        @Override
        public void drained() {}

        @Override
        public void detached() {}
    }
}
