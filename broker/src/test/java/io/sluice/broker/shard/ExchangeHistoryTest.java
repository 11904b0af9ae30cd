package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.ExchangeDefinition;
import io.sluice.broker.ExchangeDefinition.Type;
import io.sluice.broker.Message;
import io.sluice.broker.NodeKind;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.record.ExchangeRecord;
import io.sluice.broker.record.ExchangeRecord.Bound;
import io.sluice.broker.record.ExchangeRecord.ExchangeDeclared;
import io.sluice.broker.record.ExchangeRecord.ExchangeDeleted;
import io.sluice.broker.record.ExchangeRecord.Unbound;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.QueueDeleted;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/**
 * Whatever happens to exchanges: live state, replay, checkpoint and crash agree; a message is in all the queues it was routed to or in
 * none; nothing is bound to what is not there.
 */
class ExchangeHistoryTest {
    private static final List<String> NAMES = List.of("e1", "e2", "e3", "amq.topic");
    private static final List<String> QUEUES = List.of("q1", "q2", "q3", "passing");
    private static final List<String> KEYS = List.of("a", "a.b", "a.*", "#");

    private static final class History extends ShardHistory {
        private final Exchanging exchanges = new Exchanging(shard);
        private final TestProducer producer = shard.anonymous();
        private int bodies;

        History(long seed) {
            super(new Random(seed), new ShardFixture(new ShardLimits(1 << 20, 1 << 20, 300, 1 << 10)));
            shard.store.pageMessages = 3;
        }

        @Override
        void step() {
            int dice = random.nextInt(100);
            if (dice < 30) {
                publish();
            } else if (dice < 45) {
                exchanges.tryBind(binding());
            } else if (dice < 55) {
                declare();
            } else if (dice < 65) {
                String queue = some(QUEUES);
                shard.declare(QueueDefinition.named(queue).withDurable(!queue.equals("passing")));
            } else if (dice < 72) {
                unbind();
            } else if (dice < 77) {
                exchanges.delete(some(NAMES));
            } else if (dice < 82) {
                shard.delete(some(QUEUES), ShardMailbox.DeleteCondition.ALWAYS);
            } else if (dice < 96) {
                shard.commit(random.nextInt(shard.journal.waiting() + 1));
            } else {
                shard.journal.hold();
            }
        }

        private void declare() {
            ExchangeDefinition exchange = ExchangeDefinition.named(some(NAMES), some(List.of(Type.values())))
                    .withAutoDelete(random.nextBoolean());
            exchanges.declare(random.nextInt(3) == 0 ? exchange.withAlternate(some(NAMES)) : exchange);
        }

        private ExchangeBinding binding() {
            return random.nextInt(3) == 0
                    ? ExchangeBinding.toExchange(some(NAMES), some(NAMES), some(KEYS))
                    : ExchangeBinding.toQueue(some(NAMES), some(QUEUES), some(KEYS));
        }

        private void unbind() {
            List<ExchangeBinding> all = exchanges.bindings();
            if (!all.isEmpty()) {
                exchanges.unbind(some(all));
            }
        }

        private void publish() {
            for (int i = random.nextInt(3); i >= 0; i--) {
                Message message = someMessage("m" + bodies++);
                shard.mailbox()
                        .publish(producer.handle, Exchanging.publish(some(NAMES), some(KEYS), message, Map.of()));
            }
            shard.run();
        }
    }

    /** What records about exchanges mean, said as plainly as can be. */
    private static final class Model {
        private final Set<ExchangeDefinition> exchanges = new HashSet<>();
        private final Set<Bound> bindings = new HashSet<>();

        Model(List<List<JournalRecord>> batches) {
            batches.stream().flatMap(List::stream).forEach(record -> {
                if (record instanceof ExchangeRecord exchange) {
                    apply(exchange);
                } else if (record instanceof QueueDeleted deleted) {
                    bindings.removeIf(bound -> bound.queueId() == deleted.queueId());
                }
            });
        }

        private void apply(ExchangeRecord record) {
            if (record instanceof ExchangeDeclared declared) {
                exchanges.add(declared.exchange());
            } else if (record instanceof ExchangeDeleted deleted) {
                exchanges.removeIf(exchange -> exchange.name().equals(deleted.name()));
                bindings.removeIf(bound -> bound.binding().source().equals(deleted.name())
                        || bound.binding().kind() == NodeKind.EXCHANGE
                                && bound.binding().destination().equals(deleted.name()));
            } else if (record instanceof Bound bound) {
                bindings.add(bound);
            } else if (record instanceof Unbound unbound) {
                bindings.remove(new Bound(unbound.queueId(), unbound.binding()));
            }
        }

        Set<String> names() {
            return exchanges.stream().map(ExchangeDefinition::name).collect(Collectors.toCollection(TreeSet::new));
        }

        Set<ExchangeBinding> bound() {
            return bindings.stream().map(Bound::binding).collect(Collectors.toSet());
        }
    }

    private static void assertHoldsItsHistory(ShardFixture restarted) {
        restarted.advance(0);
        Exchanging exchanges = new Exchanging(restarted);
        Model model = new Model(restarted.journal.history());
        assertEquals(model.names(), new TreeSet<>(exchanges.names()));
        assertEquals(model.bound(), new HashSet<>(exchanges.bindings()));
        RecordModel content = new RecordModel();
        restarted.journal.history().forEach(batch -> batch.forEach(record -> record.accept(content)));
        RecordModel.assertSame(content.content(restarted.now), RecordModel.of(restarted, false));
        assertEquals(content.bodies(), restarted.bodies.present, "what is kept apart is what messages refer to");
    }

    /** Both ends of each binding are there, and an exchange that deletes itself has not outlived its last one by another's end. */
    private static void assertNothingDangles(ShardFixture shard) {
        Exchanging exchanges = new Exchanging(shard);
        Set<String> there = new HashSet<>(exchanges.names());
        ExchangeDefinition.PREDECLARED.forEach(exchange -> there.add(exchange.name()));
        Set<String> queues =
                shard.list().stream().map(status -> status.definition().name()).collect(Collectors.toSet());
        for (ExchangeBinding binding : exchanges.bindings()) {
            assertTrue(there.contains(binding.source()), binding::toString);
            assertTrue(
                    (binding.kind() == NodeKind.QUEUE ? queues : there).contains(binding.destination()),
                    binding::toString);
        }
    }

    @Property(tries = 300)
    void aCheckpointAndTheRecordsBehindItAreTheWholeHistory(@ForAll long seed) {
        checkpoints(seed, 100);
    }

    @Tag("slow")
    @Property(tries = 20_000)
    void aCheckpointAndTheRecordsBehindItAreTheWholeHistoryMoreOften(@ForAll long seed) {
        checkpoints(seed, 300);
    }

    private static void checkpoints(long seed, int steps) {
        History history = new History(seed);
        Random random = new Random(seed + 1);
        history.besideCheckpoints(random, steps);
        assertNothingDangles(history.shard);
        ShardFixture after = history.shard.restart();
        assertHoldsItsHistory(after);
        assertNothingDangles(after);
        after.checkpoint();
        assertHoldsItsHistory(after.restart());
        assertEquals(List.of(), after.failures);
        assertEquals(List.of(), history.shard.failures);
    }

    @Property(tries = 200)
    void aCrashAtAnyBatchLeavesEachMessageInAllItsQueuesOrInNone(@ForAll long seed) {
        History history = new History(seed);
        Random random = new Random(seed + 1);
        for (int i = 0; i < 10; i++) {
            history.steps(12);
            ShardFixture shard = history.shard;
            int survives = shard.journal.committed() + random.nextInt(shard.journal.waiting() + 1);
            Map<String, Set<Long>> durable =
                    ShardHistory.copies(shard.journal.history().subList(0, survives), any -> true);
            Map<String, Set<Long>> everDecided = ShardHistory.copies(shard.journal.history(), any -> true);
            durable.forEach((body, queues) -> assertEquals(everDecided.get(body), queues, body));
            for (String body : history.producer.accepted) {
                assertEquals(everDecided.get(body), durable.get(body), () -> body + " was accepted");
            }
            ShardFixture restarted = shard.restart(survives);
            assertHoldsItsHistory(restarted);
            assertNothingDangles(restarted);
            assertEquals(List.of(), shard.failures);
        }
    }
}
