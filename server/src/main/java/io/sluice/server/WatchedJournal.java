package io.sluice.server;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.RecordVisitor;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A journal that tells the operator when producers have to wait for room, and when they go on: the shard logs nothing. And it says when this
 * node becomes the primary, behind what it tells the shard.
 */
record WatchedJournal(Journal journal, Runnable onPrimary) implements Journal {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedJournal.class);

    @Override
    public JournalPosition open(JournalPosition after, RecordVisitor replay, Listener listener)
            throws StorageException {
        return journal.open(after, replay, new Watching(listener, onPrimary));
    }

    @Override
    public void append(List<JournalRecord> batch) {
        journal.append(batch);
    }

    @Override
    public boolean decidesAtOnce() {
        return journal.decidesAtOnce();
    }

    @Override
    public boolean mayServe() {
        return journal.mayServe();
    }

    @Override
    public int maxBatchBytes() {
        return journal.maxBatchBytes();
    }

    @Override
    public void checkpointed(JournalPosition position) {
        journal.checkpointed(position);
    }

    @Override
    public void close() throws StorageException {
        journal.close();
    }

    private record Watching(Listener listener, Runnable onPrimary) implements Listener {
        @Override
        public void replayed(JournalPosition position) throws StorageException {
            listener.replayed(position);
        }

        @Override
        public void committed(int batches, JournalPosition position) {
            listener.committed(batches, position);
        }

        @Override
        public void replicated(List<JournalRecord> records, JournalPosition position, Runnable applied) {
            listener.replicated(records, position, applied);
        }

        @Override
        public void becamePrimary(long epoch) {
            listener.becamePrimary(epoch);
            onPrimary.run();
        }

        @Override
        public void failed(StorageException cause) {
            listener.failed(cause);
        }

        @Override
        public void checkpointWanted(boolean urgent) {
            listener.checkpointWanted(urgent);
        }

        @Override
        public void roomLow(boolean low, String reason) {
            if (low) {
                LOG.warn("Producers wait, consumers go on: {}", reason);
            } else {
                LOG.info("Producers go on: there is room again");
            }
            listener.roomLow(low, reason);
        }
    }
}
