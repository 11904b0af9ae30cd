package io.sluice.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.storage.journal.JournalLimits;
import io.sluice.storage.journal.SegmentJournal;
import io.sluice.storage.journal.SteppedJournal;
import io.sluice.storage.mapdb.DirectStore;
import io.sluice.storage.mapdb.PagedMessageStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * A shard, a journal and a store over a simulated disk, in one thread from a seed. After each crash the recovered state must be the
 * state after some prefix of the batches appended, no shorter than what was reported committed.
 */
public final class StorageSimulation implements Journal.Listener {
    private static final Path FOLDER = Path.of("data");
    public static final JournalLimits LIMITS = JournalLimits.ofSegments(256 << 10, 2, 6);
    private static final int LARGEST_MESSAGE_BYTES = 150_000;

    private final Random random;
    private SimulatedDisk disk;
    /** Every batch of the history so far; a crash cuts off the end of it. */
    private final List<List<JournalRecord>> history = new ArrayList<>();

    private int committed;
    private int checkpoints;
    private ModelShard shard;
    private ModelShard ahead;
    private DataDirectory directory;
    private SegmentJournal journal;
    private PagedMessageStore store;
    private StorageException failure;

    public StorageSimulation(Random random, SimulatedDisk disk) {
        this.random = random;
        this.disk = disk;
    }

    public int checkpoints() {
        return checkpoints;
    }

    public StorageException failure() {
        return failure;
    }

    /** Opens everything and compares with the history. */
    public void open() throws StorageException {
        failure = null;
        directory = DataDirectory.open(disk, FOLDER, 0);
        store = DirectStore.on(disk, FOLDER, directory.store());
        journal = SteppedJournal.on(disk, directory.journalFolder(), directory.store(), LIMITS);
        shard = new ModelShard();
        shard.use(store);
        JournalPosition checkpoint = store.restore(shard);
        JournalPosition last = journal.open(checkpoint, shard, this);
        shard.at(last);
        compare(Math.toIntExact(last.index()));
        shard.betweenSliceAndStored(() -> {
            appendSome();
            SteppedJournal.step(journal);
        });
    }

    /** Opens what is on another disk and compares it with the whole history; nothing is written to it. */
    public void reopenOn(SimulatedDisk other) throws StorageException {
        disk = other;
        int whole = history.size();
        List<List<JournalRecord>> kept = List.copyOf(history);
        try {
            open();
            assertEquals(whole, committed, "batches recovered");
        } finally {
            history.clear();
            history.addAll(kept);
            committed = whole;
        }
    }

    private void compare(int recovered) {
        assertTrue(recovered >= committed, "lost: " + committed + " committed, " + recovered + " recovered");
        assertTrue(recovered <= history.size(), "invented: " + recovered + " of " + history.size());
        history.subList(recovered, history.size()).clear();
        committed = recovered;
        ahead = new ModelShard();
        for (List<JournalRecord> batch : history) {
            ahead.apply(batch, JournalPosition.START);
        }
        assertEquals("", difference(ahead.state(), shard.state()), "after batch " + recovered);
    }

    private static String difference(Map<String, String> expected, Map<String, String> found) {
        StringBuilder text = new StringBuilder();
        Set<String> keys = new TreeSet<>(expected.keySet());
        keys.addAll(found.keySet());
        for (String key : keys) {
            if (!Objects.equals(expected.get(key), found.get(key)) && text.length() < 1_000) {
                text.append(key + ": expected " + expected.get(key) + ", found " + found.get(key) + "\n");
            }
        }
        return text.toString();
    }

    /** Does something; nothing once the journal has failed. */
    public void act() {
        int dice = random.nextInt(100);
        if (failure != null) {
            return;
        }
        if (dice < 60) {
            appendSome();
        } else if (dice < 92) {
            SteppedJournal.step(journal);
        } else if (dice < 95) {
            SteppedJournal.markIdle(journal);
        } else {
            checkpoint();
        }
    }

    private void appendSome() {
        for (int i = random.nextInt(4); i >= 0; i--) {
            List<JournalRecord> batch = Workload.batch(ahead, random, LARGEST_MESSAGE_BYTES);
            ahead.apply(batch, JournalPosition.START);
            history.add(batch);
            journal.append(batch);
        }
    }

    public void checkpoint() {
        store.checkpoint(shard, new MessageStore.CheckpointListener() {
            @Override
            public void completed(JournalPosition position) {
                checkpoints++;
                journal.checkpointed(position);
            }

            @Override
            public void failed(StorageException cause) {
                shard.checkpointFailed();
            }
        });
    }

    public void commitAll() {
        while (failure == null && SteppedJournal.step(journal)) {
            continue;
        }
    }

    /** An orderly end. */
    public void close() throws StorageException {
        commitAll();
        journal.close();
        store.close();
        directory.close();
    }

    @Override
    public void committed(int batches, JournalPosition position) {
        for (int i = 0; i < batches; i++) {
            shard.apply(history.get(committed), new JournalPosition(position.epoch(), committed + 1L));
            committed++;
        }
        assertEquals(position.index(), committed);
    }

    @Override
    public void failed(StorageException cause) {
        assertEquals(null, failure, "told twice");
        failure = cause;
    }

    @Override
    public void checkpointWanted() {}

    @Override
    public void roomLow(boolean low, String reason) {
        assertEquals(low, !reason.isEmpty());
    }
}
