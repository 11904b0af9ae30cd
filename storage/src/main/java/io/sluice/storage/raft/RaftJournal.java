package io.sluice.storage.raft;

import io.sluice.broker.Invariant;
import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.RecordVisitor;
import io.sluice.storage.raft.BatchSubmitter.Submitted;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A journal that is the log of a group of nodes: what it reports committed is on a majority of them. Positions are term and index of
 * entries.
 *
 * <p>It is opened as a backup: {@link #open} returns when it is known who is the primary, and what is committed goes to the listener's
 * {@code replicated}; when this node becomes the primary, {@code becamePrimary} comes behind all that earlier ones committed, and appends are
 * taken from then on. A journal lives for one such span: losing the role fails it with a {@link ReplicaRestart}, and so does a snapshot that
 * replaces the store.
 */
public final class RaftJournal implements Journal {
    private static final Logger LOG = LoggerFactory.getLogger(RaftJournal.class);

    /** Entries handed over and not applied yet; the thread that applies waits above it. */
    private static final long MAX_AHEAD_BYTES = 32L << 20;

    private final RaftSettings settings;
    private final Opening opening;
    private final LogRoom room;
    private final ReplicationMeters meters;
    private final StoreSnapshots snapshots;
    private final Succession succession = new Succession();
    private final BlockingQueue<Replayed> replay = new LinkedBlockingQueue<>();
    private volatile Optional<ReplicaAdministration> administration = Optional.empty();
    private Replica replica;
    private BatchSubmitter submitter;
    private ReplicaWatch watch;
    private Listener listener;
    private JournalPosition after = JournalPosition.START;
    private Phase phase = Phase.NEW;
    private long aheadBytes;

    /** What it is opened with. */
    private record Opening(ReplicaServer server, Promises.Life life) {}

    private enum Phase {
        NEW,
        REPLAYING,
        LIVE,
        OVER
    }

    /**
     * What the thread in {@link #open} is told, in order.
     *
     * @param records null where nothing more is to be replayed
     * @param failure null where there is none
     */
    private record Replayed(
            List<JournalRecord> records, JournalPosition position, int bytes, StorageException failure) {}

    /**
     * The folder is this journal's alone from now on.
     *
     * @param server that gets the member
     * @param store writes the copies of its checkpoint that other members may need
     * @param promises of earlier journals of this folder in this process
     * @param metrics where this life of a replica takes the place of the one before
     */
    public RaftJournal(
            RaftSettings settings,
            ReplicaServer server,
            StoreSnapshots.SnapshotSource store,
            Promises promises,
            Metrics metrics) {
        this.opening = new Opening(server, promises.opened(System.nanoTime()));
        this.settings = settings;
        this.snapshots = new StoreSnapshots(store, JournalPosition.START);
        this.room = new LogRoom(settings.limits());
        this.meters = new ReplicationMeters(metrics);
    }

    @Override
    public boolean decidesAtOnce() {
        return false;
    }

    @Override
    public JournalPosition open(JournalPosition checkpoint, RecordVisitor visitor, Listener newListener)
            throws StorageException {
        after = checkpoint;
        listener = newListener;
        snapshots.checkpointed(checkpoint);
        LogFiles files = new LogFiles(settings);
        files.prepare(checkpoint);
        room.starts(files.bytes());
        synchronized (this) {
            Invariant.check(phase == Phase.NEW, "a journal is opened once");
            phase = Phase.REPLAYING;
        }
        long lastClosed = files.lastOfClosedSegments();
        forgetPromises();
        opening.life.answers();
        replica = opening.server.replica(settings, new ShardStateMachine(snapshots, new Applying()));
        submitter = new BatchSubmitter("raft-journal", replica::propose, this::proposalFailed);
        submitter.start();
        watch = new ReplicaWatch(replica, settings, snapshots, this::roomChanged);
        // It asks this journal what it knows, and that asks it.
        watch.start();
        replica.start(settings);
        ReplicaAdministration opened = new ReplicaAdministration(replica, settings, room, succession, watch);
        meters.show(opened, room);
        administration = Optional.of(opened);
        files.refuseHole(replica, lastClosed);
        return replayed(visitor);
    }

    /**
     * Before it was opened, this replica may have told a primary that it is there, and the primary's lease counts on it for a while. It
     * remembers nothing of that: so it takes part in elections when that time is over.
     */
    private void forgetPromises() throws StorageException {
        try {
            synchronized (this) {
                for (long left = opening.life.leftNanos(System.nanoTime());
                        left > 0 && phase != Phase.OVER;
                        left = opening.life.leftNanos(System.nanoTime())) {
                    TimeUnit.NANOSECONDS.timedWait(this, left);
                }
            }
        } catch (InterruptedException e) {
            throw interrupted("opened", e);
        }
    }

    private static StorageException interrupted(String what, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new StorageException("Interrupted while the replicated journal was " + what + ".", e);
    }

    private JournalPosition replayed(RecordVisitor visitor) throws StorageException {
        JournalPosition last = after;
        try {
            Replayed next = replay.take();
            while (next.records != null) {
                last = replayed(next, visitor);
                next = replay.take();
            }
            if (next.failure != null) {
                throw next.failure;
            }
            synchronized (this) {
                // From here on the listener is told itself; what came in between is still ours to replay.
                for (Replayed left = replay.poll(); left != null; left = replay.poll()) {
                    if (left.failure != null) {
                        throw left.failure;
                    }
                    if (left.records != null) {
                        last = replayed(left, visitor);
                    }
                }
                if (phase == Phase.REPLAYING) {
                    phase = Phase.LIVE;
                }
            }
            return last;
        } catch (InterruptedException e) {
            throw interrupted("opened", e);
        }
    }

    private JournalPosition replayed(Replayed entry, RecordVisitor visitor) throws StorageException {
        for (JournalRecord record : entry.records) {
            record.accept(visitor);
        }
        listener.replayed(entry.position);
        release(entry.bytes);
        return entry.position;
    }

    @Override
    public void append(List<JournalRecord> batch) {
        submitter.append(batch);
    }

    @Override
    public int maxBatchBytes() {
        return settings.limits().maxBatchBytes();
    }

    /** Whether a majority was there so recently that nobody else can be the primary. Any thread. */
    @Override
    public boolean mayServe() {
        return watch.holdsLease();
    }

    @Override
    public void checkpointed(JournalPosition position) {
        snapshots.checkpointed(position);
        room.checkpointed(position);
        replica.purge();
        roomChanged();
    }

    /** Who is in the group, and how far everybody is; for administrators. Empty until the log is open. Any thread. */
    public Optional<ReplicaAdministration> administration() {
        return administration;
    }

    private synchronized boolean isOver() {
        return phase == Phase.OVER;
    }

    private void proposalFailed(Throwable cause) {
        LOG.debug("a proposal failed", cause);
        ReplicaRestart end = new ReplicaRestart("This node is no longer the primary: " + Causes.sentence(cause));
        if (Causes.root(cause) instanceof LeaderSteppingDownException) {
            // Who is to be the next may lack what came before: it gets that from here, as long as this life goes on.
            watch.whenHandedOver(() -> over(end));
        } else {
            over(end);
        }
    }

    /** Ends this life; only the first reason counts. */
    private void over(StorageException cause) {
        Phase was;
        synchronized (this) {
            was = phase;
            phase = Phase.OVER;
            notifyAll();
        }
        switch (was) {
            case REPLAYING -> replay.add(new Replayed(null, null, 0, cause));
            case LIVE -> listener.failed(cause);
            default -> LOG.debug("over already: {}", cause.getMessage());
        }
    }

    private synchronized void release(int bytes) {
        aheadBytes -= bytes;
        notifyAll();
    }

    /** @return false where this life is over */
    private synchronized boolean admit(int bytes) {
        boolean interrupted = false;
        while (aheadBytes > MAX_AHEAD_BYTES && phase != Phase.OVER) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        aheadBytes += bytes;
        return phase != Phase.OVER;
    }

    private void roomChanged() {
        if (isOver()) {
            return;
        }
        room.tell(listener, watch.diskLow());
    }

    /** Called by Ratis, all of it but the changes of role on the one thread that applies. */
    private final class Applying implements ReplicaListener {
        @Override
        public void applied(LogEntryProto entry) {
            JournalPosition position = new JournalPosition(entry.getTerm(), entry.getIndex());
            if (position.compareTo(after) <= 0) {
                return;
            }
            ByteString data = entry.getStateMachineLogEntry().getLogData();
            room.applied(position, data.size());
            meters.applied(data.size());
            if (isOwn(entry)) {
                committed(entry.getStateMachineLogEntry().getCallId(), position);
            } else {
                replicated(data, position);
            }
            roomChanged();
        }

        private boolean isOwn(LogEntryProto entry) {
            return entry.getStateMachineLogEntry()
                    .getClientId()
                    .equals(replica.proposer().toByteString());
        }

        private void committed(long callId, JournalPosition position) {
            if (isOver()) {
                return;
            }
            Submitted oldest = submitter.applied();
            Invariant.check(
                    oldest != null && oldest.callId() == callId,
                    "entries are committed in the order they were proposed in");
            meters.committed(System.nanoTime() - oldest.proposedNanos());
            listener.committed(oldest.batches(), position);
        }

        private void replicated(ByteString data, JournalPosition position) {
            List<JournalRecord> records;
            try {
                records = EntryCodec.decode(data.asReadOnlyByteBuffer());
            } catch (IllegalArgumentException unreadable) {
                over(new StorageException("The entry at " + position + " of the replicated journal cannot be read ("
                        + unreadable.getMessage() + "): a newer version wrote it, or it is damaged."));
                return;
            }
            int bytes = data.size();
            if (!admit(bytes)) {
                return;
            }
            synchronized (RaftJournal.this) {
                if (phase == Phase.REPLAYING) {
                    replay.add(new Replayed(records, position, bytes, null));
                    return;
                }
            }
            listener.replicated(records, position, () -> release(bytes));
        }

        @Override
        public void primary(long term) {
            succession.primaryIs(settings.self().id());
            if (!succession.gained(() -> replica.leads())) {
                return;
            }
            synchronized (RaftJournal.this) {
                if (phase == Phase.OVER) {
                    return;
                }
                if (phase == Phase.REPLAYING) {
                    replay.add(new Replayed(null, null, 0, null));
                }
            }
            watch.primary();
            listener.becamePrimary(term);
        }

        @Override
        public void following(String primaryId) {
            succession.primaryIs(primaryId);
            synchronized (RaftJournal.this) {
                if (phase == Phase.REPLAYING) {
                    replay.add(new Replayed(null, null, 0, null));
                }
            }
        }

        @Override
        public void notPrimary() {
            if (!succession.lost()) {
                LOG.debug("elected, but not the primary for long enough to be ready");
                return;
            }
            meters.roleLost();
            over(new ReplicaRestart("This node is no longer the primary."));
        }

        @Override
        public void replaced() {
            over(new ReplicaRestart("This node was too far behind, and got a snapshot of the primary's."));
        }

        @Override
        public void removed() {
            over(new StorageException("This node is no member of the cluster any more."));
        }

        @Override
        public void misfit(Throwable cause) {
            if (!isOver()) {
                LOG.warn("The log in {} does not fit what the primary sends", settings.folder(), cause);
            }
            over(new ReplicaRestart(
                    "The replicated journal does not take what the primary sends: " + Causes.sentence(cause) + "."));
        }

        @Override
        public void logFailed(Throwable cause) {
            over(new StorageException(
                    "The replicated journal in " + settings.folder() + " failed: " + Causes.sentence(cause), cause));
        }
    }

    @Override
    public void close() throws StorageException {
        if (submitter != null) {
            endSubmitting();
        }
        synchronized (this) {
            if (phase == Phase.REPLAYING) {
                replay.add(new Replayed(null, null, 0, new StorageException("The replicated journal was closed.")));
            }
            phase = Phase.OVER;
            notifyAll();
        }
        if (succession.isLost()) {
            awaitSuccessor();
        }
        if (watch != null) {
            watch.close();
        }
        if (replica != null) {
            replica.silence();
            long silentNanos = System.nanoTime();
            if (replica.close()) {
                opening.life.silent(silentNanos);
            }
        }
    }

    /** Where nobody comes, this one goes all the same: it may be the one that the others wait for. */
    private void awaitSuccessor() throws StorageException {
        try {
            succession.await(2L * settings.timing().electionMaxMillis());
        } catch (InterruptedException e) {
            throw interrupted("closed", e);
        }
    }

    private void endSubmitting() throws StorageException {
        if (isOver()) {
            submitter.stop();
        }
        try {
            submitter.end();
        } catch (InterruptedException e) {
            throw interrupted("closed", e);
        }
    }
}
