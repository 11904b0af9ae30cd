package io.sluice.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.ExchangeRecord;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.QueueDeleted;
import io.sluice.broker.record.JournalRecord.QueuePaused;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.JournalRecord.SessionStateSet;
import io.sluice.broker.record.JournalRecord.Subscribed;
import io.sluice.broker.record.RecordCodec;
import io.sluice.broker.record.RecordVisitor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every journal promises (see {@link Journal}); extend it and say how to open yours. */
@Timeout(300)
public abstract class JournalContract {
    private static final int FULL_SPEED_BATCHES = 3_000;

    private final Random random = new Random(7);
    private Journal journal;

    /** A journal over the same history each time within one test; not opened. */
    protected abstract Journal journal();

    @AfterEach
    protected void closeJournal() throws StorageException {
        if (journal != null) {
            journal.close();
        }
    }

    /** Counts what is committed; lets the test wait for it. */
    public static final class Commits implements Journal.Listener {
        private long batches;
        private JournalPosition last = JournalPosition.START;
        private StorageException failure;
        private boolean primary;

        public Commits() {}

        private final List<JournalPosition> replayed = new ArrayList<>();
        /** The number of batches up to each position that was reported. */
        private final TreeMap<Long, JournalPosition> positions = new TreeMap<>();

        @Override
        public void replayed(JournalPosition position) {
            replayed.add(position);
        }

        @Override
        public synchronized void committed(int more, JournalPosition position) {
            assertTrue(more > 0);
            assertTrue(position.compareTo(last) > 0, position + " after " + last);
            batches += more;
            last = position;
            positions.put(batches, position);
            notifyAll();
        }

        @Override
        public synchronized void becamePrimary(long epoch) {
            primary = true;
            notifyAll();
        }

        public synchronized void awaitPrimary() throws InterruptedException {
            while (!primary && failure == null) {
                wait();
            }
            assertNull(failure);
        }

        /** Of those reported, the last one with so many batches in front of it at most. */
        private synchronized Map.Entry<Long, JournalPosition> upTo(long count) {
            return positions.floorEntry(count);
        }

        @Override
        public synchronized void failed(StorageException cause) {
            failure = cause;
            notifyAll();
        }

        @Override
        public void checkpointWanted(boolean urgent) {}

        @Override
        public void roomLow(boolean low, String reason) {}

        public synchronized JournalPosition await(long count) throws InterruptedException {
            while (batches < count && failure == null) {
                wait();
            }
            assertEquals(null, failure);
            return last;
        }
    }

    private static final class Collector implements RecordVisitor {
        private final List<String> records = new ArrayList<>();

        @Override
        public void queueDeclared(QueueDeclared declared) {
            add(declared);
        }

        @Override
        public void queueDeleted(QueueDeleted deleted) {
            add(deleted);
        }

        @Override
        public void enqueued(Enqueued enqueued) {
            add(enqueued);
        }

        @Override
        public void removed(Removed removed) {
            add(removed);
        }

        @Override
        public void returned(Returned returned) {
            add(returned);
        }

        @Override
        public void duplicatesRemembered(DuplicatesRemembered remembered) {
            add(remembered);
        }

        @Override
        public void queuePaused(QueuePaused paused) {
            add(paused);
        }

        @Override
        public void subscribed(Subscribed subscribed) {
            add(subscribed);
        }

        @Override
        public void defined(DefinitionRecord definition) {
            add(definition);
        }

        @Override
        public void exchange(ExchangeRecord exchange) {
            add(exchange);
        }

        @Override
        public void sessionStateSet(SessionStateSet set) {
            add(set);
        }

        @Override
        public void lastValues(LastValues last) {
            add(last);
        }

        private void add(JournalRecord record) {
            records.add(bytes(record));
        }
    }

    private static String bytes(JournalRecord record) {
        ByteBuffer out = ByteBuffer.allocate(RecordCodec.size(record));
        RecordCodec.write(record, out);
        return record.getClass().getSimpleName() + " of " + record.queueId() + ": "
                + java.util.Arrays.hashCode(out.array());
    }

    private static List<String> bytes(List<List<JournalRecord>> batches) {
        return batches.stream()
                .flatMap(List::stream)
                .map(JournalContract::bytes)
                .toList();
    }

    private Commits open(JournalPosition after, List<String> replayed) throws Exception {
        if (journal != null) {
            journal.close();
        }
        journal = journal();
        Commits commits = new Commits();
        Collector collector = new Collector();
        journal.open(after, collector, commits);
        if (!journal.decidesAtOnce()) {
            commits.awaitPrimary();
        }
        replayed.addAll(collector.records);
        return commits;
    }

    private List<String> reopen(JournalPosition after) throws Exception {
        List<String> replayed = new ArrayList<>();
        open(after, replayed);
        return replayed;
    }

    private List<JournalRecord> batch(int number) {
        List<JournalRecord> batch = new ArrayList<>();
        batch.add(Workload.queue(number));
        for (int i = 0; i < number % 4; i++) {
            batch.add(Workload.message(number, i + 1, random.nextInt(2_000), random));
        }
        batch.add(Workload.removed(number, 1));
        return batch;
    }

    private List<List<JournalRecord>> append(int count) {
        List<List<JournalRecord>> batches = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            batches.add(batch(i));
            journal.append(new ArrayList<>(batches.get(i - 1)));
        }
        return batches;
    }

    @Test
    void anEmptyJournalEndsWhereTheCheckpointDoes() throws Exception {
        journal = journal();
        JournalPosition after = new JournalPosition(3, 42);
        assertEquals(after, journal.open(after, new Collector(), new Commits()));
    }

    @Test
    void whatWasCommittedIsReplayedInOrder() throws Exception {
        Commits commits = open(JournalPosition.START, new ArrayList<>());
        List<List<JournalRecord>> batches = append(100);
        commits.await(100);
        assertEquals(bytes(batches), reopen(JournalPosition.START));
    }

    @Test
    void replayBeginsBehindAnyBatch() throws Exception {
        Commits commits = open(JournalPosition.START, new ArrayList<>());
        List<List<JournalRecord>> batches = append(50);
        commits.await(50);
        for (int count : new int[] {1, 7, 49, 50}) {
            Map.Entry<Long, JournalPosition> reported = commits.upTo(count);
            long after = reported == null ? 0 : reported.getKey();
            JournalPosition position = reported == null ? JournalPosition.START : reported.getValue();
            assertEquals(
                    bytes(batches.subList((int) after, 50)), reopen(position), "after " + after + " at " + position);
        }
    }

    @Test
    void aReplaySaysAfterEachBatchWhereItIs() throws Exception {
        Commits commits = open(JournalPosition.START, new ArrayList<>());
        List<JournalPosition> expected = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            journal.append(batch(i));
            expected.add(commits.await(i));
        }
        Commits again = open(expected.get(4), new ArrayList<>());

        assertEquals(expected.subList(5, 20), again.replayed);
    }

    @Test
    void closeWritesWhatWasAppended() throws Exception {
        open(JournalPosition.START, new ArrayList<>());
        List<List<JournalRecord>> batches = append(200);
        assertEquals(bytes(batches), reopen(JournalPosition.START));
    }

    @Test
    void aLaterRunGoesOnInANewEpoch() throws Exception {
        Commits first = open(JournalPosition.START, new ArrayList<>());
        List<List<JournalRecord>> all = append(5);
        JournalPosition before = first.await(5);
        Commits second = open(JournalPosition.START, new ArrayList<>());
        all.addAll(append(5));
        JournalPosition after = second.await(5);
        assertTrue(after.epoch() > before.epoch(), before + " then " + after);
        assertEquals(bytes(all), reopen(JournalPosition.START));
    }

    @Test
    void aLargeBatchIsOneBatch() throws Exception {
        Commits commits = open(JournalPosition.START, new ArrayList<>());
        List<JournalRecord> large = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            large.add(Workload.message(1, i + 1, 64 << 10, random));
        }
        journal.append(List.of(Workload.queue(1)));
        journal.append(large);
        journal.append(List.of(Workload.removed(1, 1)));
        commits.await(3);
        List<List<JournalRecord>> all = List.of(List.of(Workload.queue(1)), large, List.of(Workload.removed(1, 1)));
        assertEquals(bytes(all), reopen(JournalPosition.START));
    }

    @Test
    void manyBatchesAtFullSpeedKeepTheirOrder() throws Exception {
        Commits commits = open(JournalPosition.START, new ArrayList<>());
        List<List<JournalRecord>> batches = append(FULL_SPEED_BATCHES);
        commits.await(FULL_SPEED_BATCHES);
        assertEquals(bytes(batches), reopen(JournalPosition.START));
    }

    @Test
    void whatIsCheckpointedNeedNotBeReplayed() throws Exception {
        Commits commits = open(JournalPosition.START, new ArrayList<>());
        List<List<JournalRecord>> batches = append(FULL_SPEED_BATCHES);
        commits.await(FULL_SPEED_BATCHES);
        Map.Entry<Long, JournalPosition> reported = commits.upTo(FULL_SPEED_BATCHES / 2);
        JournalPosition middle = reported.getValue();
        journal.checkpointed(middle);
        List<List<JournalRecord>> rest =
                new ArrayList<>(batches.subList((int) (long) reported.getKey(), FULL_SPEED_BATCHES));
        rest.addAll(append(10));
        commits.await(FULL_SPEED_BATCHES + 10);
        assertEquals(bytes(rest), reopen(middle));
    }
}
