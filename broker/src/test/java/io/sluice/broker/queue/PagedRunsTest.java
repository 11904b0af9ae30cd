package io.sluice.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.port.MessageStore.StoredPage;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.shard.NoLargeBodies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What is remembered of pages, against plain sets. */
class PagedRunsTest {
    private static StoredPage page(long number, int level, long... sequences) {
        return new StoredPage(number, 1, level, sequences, null, 10L * sequences.length, Message.NONE, 0, 0, null);
    }

    private static final class Forgotten implements Pages {
        private final Set<String> places = new HashSet<>();

        @Override
        public void read(long page, long bytes, Reply reply) {
            throw new AssertionError("nobody reads here");
        }

        @Override
        public void later(Turn.Effect effect) {
            throw new AssertionError("nothing is for later here");
        }

        @Override
        public void forget(long page, int index) {
            assertTrue(places.add(page + "/" + index), "twice");
        }

        @Override
        public void forgetPage(long page) {
            assertTrue(places.add(page + "/*"), "twice");
        }

        @Override
        public long roomBytes() {
            return 1;
        }

        @Override
        public long readAheadBytes() {
            return 1;
        }
    }

    private final Forgotten forgotten = new Forgotten();
    private final PagedRuns runs =
            new PagedRuns(forgotten, new MemoryUse(), new LargeReferences(new NoLargeBodies()), new LevelDepths(10));

    @Property(tries = 200)
    void bitsAreASet(@ForAll long seed) {
        Random random = new Random(seed);
        int count = 1 + random.nextInt(200);
        long[] bits = random.nextBoolean() ? BitRow.none(count) : BitRow.all(count);
        BitSet model = new BitSet();
        model.set(0, BitRow.count(bits));
        for (int i = 0; i < 100; i++) {
            int at = random.nextInt(count);
            if (random.nextBoolean()) {
                BitRow.set(bits, at);
                model.set(at);
            } else {
                BitRow.clear(bits, at);
                model.clear(at);
            }
            int from = random.nextInt(count + 1);
            assertEquals(model.nextSetBit(from), BitRow.next(bits, from));
            assertEquals(model.cardinality(), BitRow.count(bits));
            assertEquals(model.get(at), BitRow.has(bits, at));
        }
    }

    @Property(tries = 300)
    void aRunFindsItsSequences(@ForAll long seed) {
        Random random = new Random(seed);
        TreeSet<Long> sequences = new TreeSet<>();
        long next = 1 + random.nextInt(1000);
        int gap = 1 + random.nextInt(4);
        for (int i = 0; i <= random.nextInt(100); i++) {
            sequences.add(next);
            next += 1 + random.nextInt(gap);
        }
        long[] all = sequences.stream().mapToLong(Long::longValue).toArray();
        PagedRun run = new PagedRun(page(1, 0, all));
        for (long sequence = all[0] - 2; sequence < next + 2; sequence++) {
            assertEquals(Arrays.binarySearch(all, sequence) >= 0, run.indexOf(sequence) >= 0);
            Long ceiling = sequences.ceiling(sequence);
            int at = run.nextOutFrom(sequence);
            assertEquals(ceiling == null ? -1 : ceiling, at < 0 ? -1 : run.sequence(at));
        }
        assertEquals(-all.length - 1, run.indexOf(Long.MAX_VALUE));
    }

    /** Runs that overlap each other, as they do when messages come back. */
    @Property(tries = 300)
    void levelsFindWhatIsOutInOverlappingRuns(@ForAll long seed) {
        Random random = new Random(seed);
        MemoryUse memory = new MemoryUse();
        PagedRuns runs =
                new PagedRuns(new Forgotten(), memory, new LargeReferences(new NoLargeBodies()), new LevelDepths(10));
        TreeMap<Long, Integer> model = new TreeMap<>();
        List<Long> sequences = new ArrayList<>();
        for (long sequence = 1; sequence <= 120; sequence++) {
            sequences.add(sequence);
        }
        for (int page = 1; page <= 12; page++) {
            TreeSet<Long> some = new TreeSet<>();
            for (int i = 0; i <= random.nextInt(9); i++) {
                some.add(sequences.remove(Math.min(sequences.size() - 1, random.nextInt(20))));
            }
            int level = random.nextInt(2);
            some.forEach(sequence -> model.put(sequence, level));
            runs.restored(new PagedRun(
                    page(page, level, some.stream().mapToLong(Long::longValue).toArray())));
        }
        for (int i = 0; i < 60; i++) {
            long sequence = 1 + random.nextInt(120);
            PagedRun run = runs.find(sequence);
            assertEquals(model.get(sequence), run == null ? null : Integer.valueOf(run.level()));
            if (run != null && random.nextBoolean()) {
                runs.outLeaves(run, run.indexOf(sequence));
                model.remove(sequence);
            }
            long from = 1 + random.nextInt(120);
            for (int level = 0; level < 2; level++) {
                int wanted = level;
                long first = model.entrySet().stream()
                        .filter(entry -> entry.getValue() == wanted)
                        .mapToLong(entry -> entry.getKey())
                        .findFirst()
                        .orElse(Long.MAX_VALUE);
                assertEquals(first, runs.boundary(level));
                Long behind = model.tailMap(from).entrySet().stream()
                        .filter(entry -> entry.getValue() == wanted)
                        .map(entry -> entry.getKey())
                        .findFirst()
                        .orElse(null);
                PagedRun next =
                        runs.level(level) == null ? null : runs.level(level).nextOut(from);
                assertEquals(behind, next == null ? null : Long.valueOf(next.sequence(next.nextOutFrom(from))));
            }
            assertEquals(model.size(), runs.away().messages());
            assertEquals(model.size(), runs.away().available().messages());
        }
        runs.forgetAll();
        assertEquals(0, runs.away().messages());
        assertEquals(0, memory.bytes());
    }

    @Test
    void bytesOfMessagesThatLeaveUnreadAreEstimatedAndTheLastTakesTheRest() {
        PagedRun run = new PagedRun(new StoredPage(1, 1, 0, new long[] {1, 2, 3}, null, 100, Message.NONE, 0, 0, null));
        runs.restored(run);
        runs.outLeaves(run, 1);
        assertEquals(67, runs.away().bytes());
        runs.outLeaves(run, 0);
        runs.outLeaves(run, 2);

        assertEquals(0, runs.away().bytes());
        assertEquals(Set.of("1/0", "1/1", "1/2"), forgotten.places);
        assertEquals(PagedRun.State.GONE, run.state);
    }

    @Test
    void aRunIsDueBeforeItsFirstMessageExpires() {
        runs.restored(new PagedRun(new StoredPage(1, 1, 0, new long[] {1}, null, 10, 500, 0, 0, null)));
        runs.restored(new PagedRun(new StoredPage(2, 1, 0, new long[] {2}, null, 10, 300, 0, 0, null)));
        runs.restored(new PagedRun(new StoredPage(3, 1, 0, new long[] {3}, null, 10, Message.NONE, 0, 0, null)));
        assertNull(runs.due(299));
        assertEquals(2, runs.due(300).page());
        runs.damaged(runs.due(300));

        assertNull(runs.due(300), "it cannot be read");
        assertEquals(1, runs.due(500).page());
        assertEquals(1, runs.away().damaged().messages());
        assertEquals(2, runs.away().available().messages());
    }

    @Test
    void aPageKnowsTheLargeBodiesOfItsMessages() {
        PagedRun none = new PagedRun(page(1, 0, 1, 2));
        PagedRun some = new PagedRun(
                new StoredPage(2, 1, 0, new long[] {3, 4}, null, 10, Message.NONE, 0, 0, new long[] {0, 77}));

        assertEquals(0, none.largeBody(1));
        assertEquals(0, some.largeBody(0));
        assertEquals(77, some.largeBody(1));
    }

    @Property(tries = 200)
    void unstoredEntriesStayInTheOrderInWhichTheyCame(@ForAll long seed) {
        Random random = new Random(seed);
        UnstoredList list = new UnstoredList();
        List<QueueEntry> model = new ArrayList<>();
        for (int step = 0; step < 200; step++) {
            if (random.nextInt(3) > 0) {
                Message message =
                        new Message(new byte[1], 0, Message.Header.DURABLE, io.sluice.broker.Annotations.EMPTY);
                QueueEntry entry = new QueueEntry(new Enqueued(1, step + 1, 0, Message.NONE, 0, message), true);
                list.add(entry);
                model.add(entry);
            } else if (!model.isEmpty()) {
                list.remove(model.remove(random.nextInt(model.size())));
            }
            List<QueueEntry> all = new ArrayList<>();
            for (QueueEntry entry = list.head(); entry != null; entry = entry.nextUnstored) {
                assertEquals(list, entry.unstoredIn);
                all.add(entry);
            }
            assertEquals(model, all);
            assertEquals(model.size(), list.size());
        }
    }
}
