package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.PeekedMessage;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/** Whatever happens: live state, replay, checkpoint and crash agree, and nothing promised is broken. */
class HistoryTest {
    private static RecordModel model(List<List<JournalRecord>> batches) {
        RecordModel model = new RecordModel();
        batches.forEach(batch -> batch.forEach(record -> record.accept(model)));
        return model;
    }

    /** A restarted shard goes on deciding at once (what expired leaves), so its own new records count too. */
    private static TreeMap<String, List<String>> assertHoldsItsHistory(ShardFixture restarted) {
        restarted.advance(0);
        restarted.failures.forEach(failure -> {
            throw new AssertionError(failure);
        });
        TreeMap<String, List<String>> content = RecordModel.of(restarted, false);
        RecordModel model = model(restarted.journal.history());
        RecordModel.assertSame(model.content(restarted.now), content);
        assertEquals(model.bodies(), restarted.bodies.present, "what is kept apart is what messages refer to");
        assertOneMessagePerKey(content);
        return content;
    }

    private static void assertOneMessagePerKey(TreeMap<String, List<String>> content) {
        for (String queue : List.of("v", "t")) {
            Set<String> keys = new HashSet<>();
            for (String line : content.getOrDefault(queue, List.of())) {
                String body = line.split(" ")[1];
                int key = body.indexOf('k');
                assertTrue(key < 0 || keys.add(body.substring(key)), () -> body + " is one of two of its key");
            }
        }
    }

    /** What is counted per priority is what somebody finds who looks at every message. */
    private static void assertDepths(ShardFixture shard) {
        for (QueueStatus status : shard.list()) {
            Long[] found = new Long[status.messagesByPriority().size()];
            Arrays.fill(found, 0L);
            long from = found.length == 0 ? Long.MAX_VALUE : 1;
            while (from != Long.MAX_VALUE) {
                PeekedMessage.Some some =
                        shard.peek(status.definition().name(), from, 100).value();
                some.messages()
                        .forEach(each -> found[each.message().orElseThrow().priority()]++);
                from = some.nextSequence();
            }
            assertEquals(List.of(found), status.messagesByPriority(), status::toString);
        }
    }

    @Property(tries = 300)
    void liveStateIsWhatTheRecordsSay(@ForAll long seed) {
        liveState(new RandomHistory(seed), 120);
    }

    @Tag("slow")
    @Property(tries = 20_000)
    void liveStateIsWhatTheRecordsSayMoreOften(@ForAll long seed) {
        liveState(new RandomHistory(seed), 300);
    }

    @Property(tries = 200)
    void liveStateIsWhatItsRecordsSayWhereverItIs(@ForAll long seed) {
        RandomHistory history = RandomHistory.paged(seed);
        Random random = new Random(seed + 1);
        history.besideCheckpoints(random, 100);
        liveState(history, 10);
    }

    private static void liveState(RandomHistory history, int steps) {
        history.steps(steps);
        history.readsArrive();
        ShardFixture shard = history.shard;
        // Everybody goes; what they had is available again.
        history.consumers.forEach(TestConsumer::detach);
        shard.journal.letGo();
        shard.run();
        shard.advance(0);

        assertEquals(List.of(), shard.failures);
        TreeMap<String, List<String>> expected = model(shard.journal.history()).content(shard.now);
        RecordModel.assertSame(expected, RecordModel.of(shard, true));
        assertDepths(shard);
        // A browser does not see what is scheduled: it is late enough for all of it but what is parked.
        history.releaseAll();
        shard.advance(1_000);
        shard.journal.letGo();
        shard.run();
        assertEquals(RecordModel.bodiesOf(shard), shard.bodies.present);
        expected = model(shard.journal.history()).content(shard.now);
        ShardFixture replayed = shard.restart();
        RecordModel.assertSame(expected, RecordModel.of(replayed, false));
        assertDepths(replayed);
        for (QueueStatus status : shard.list()) {
            assertEquals(0, status.unsettled(), () -> "all of " + status + " is available");
            if (!status.definition().name().equals("f")) {
                continue;
            }
            assertTrue(status.messages() <= 25);
        }
    }

    @Property(tries = 300)
    void aCheckpointAndTheRecordsBehindItAreTheWholeHistory(@ForAll long seed) {
        checkpoints(new RandomHistory(seed), new Random(seed + 1), 150);
    }

    @Tag("slow")
    @Property(tries = 20_000)
    void aCheckpointAndTheRecordsBehindItAreTheWholeHistoryMoreOften(@ForAll long seed) {
        checkpoints(new RandomHistory(seed), new Random(seed + 1), 400);
    }

    @Property(tries = 200)
    void soItIsWhenMostOfItIsOutOfMemory(@ForAll long seed) {
        checkpoints(RandomHistory.paged(seed), new Random(seed + 1), 150);
    }

    @Tag("slow")
    @Property(tries = 20_000)
    void soItIsWhenMostOfItIsOutOfMemoryMoreOften(@ForAll long seed) {
        checkpoints(RandomHistory.paged(seed), new Random(seed + 1), 400);
    }

    private static void checkpoints(RandomHistory history, Random random, int steps) {
        history.besideCheckpoints(random, steps);
        ShardFixture shard = history.shard;
        ShardFixture after = shard.restart();
        assertHoldsItsHistory(after);
        // A second life over the same store: checkpoint, crash, nothing else.
        after.checkpoint();
        assertHoldsItsHistory(after.restart());
        assertEquals(List.of(), after.failures);
        assertEquals(List.of(), shard.failures);
    }

    @Property(tries = 200)
    void aCrashAtAnyBatchLosesNothingAcceptedAndResurrectsNothingConfirmed(@ForAll long seed) {
        crashes(new RandomHistory(seed), new Random(seed + 1), false);
    }

    @Property(tries = 60)
    void soDoesOneWhileMessagesComeAndGoInPagesOfWhichSomeCannotBeRead(@ForAll long seed) {
        crashes(RandomHistory.paged(seed), new Random(seed + 1), true);
    }

    private static void crashes(RandomHistory history, Random random, boolean paged) {
        ShardFixture shard = history.shard;
        for (int i = 0; i < 15; i++) {
            for (int j = 0; j < 10; j++) {
                history.steps(1);
                if (paged) {
                    history.checkpointStep();
                }
            }
            if (paged && random.nextInt(5) == 0) {
                history.damage();
            }
            // What was appended and not reported may or may not be on the disk.
            int survives = shard.journal.committed() + random.nextInt(shard.journal.waiting() + 1);
            List<List<JournalRecord>> batches = shard.journal.history().subList(0, survives);
            Set<String> durable = new HashSet<>();
            batches.forEach(batch -> batch.forEach(record -> {
                if (record instanceof Enqueued e) {
                    durable.add(new String(e.message().encoded(), StandardCharsets.UTF_8));
                }
            }));
            Set<String> everDurable = new HashSet<>();
            shard.journal.records().forEach(record -> {
                if (record instanceof Enqueued e) {
                    everDurable.add(new String(e.message().encoded(), StandardCharsets.UTF_8));
                }
            });
            for (String body : history.accepted()) {
                assertTrue(!everDurable.contains(body) || durable.contains(body), () -> body + " is lost");
            }
            assertEquals(List.of(), shard.failures);
            ShardFixture after = shard.restart(survives);
            TreeMap<String, List<String>> content = assertHoldsItsHistory(after);
            Set<String> seen = new HashSet<>();
            content.values()
                    .forEach(lines -> lines.forEach(line -> {
                        String body = line.split(" ")[1];
                        assertTrue(seen.add(body), () -> body + " is there twice");
                        assertFalse(history.consumed.contains(body), () -> body + " is back");
                    }));
        }
    }
}
