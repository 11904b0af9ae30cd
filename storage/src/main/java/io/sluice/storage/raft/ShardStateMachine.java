package io.sluice.storage.raft;

import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;

/**
 * What Ratis calls. It holds no state of its own: it hands committed entries on, and says where the store's checkpoint stands. Nothing here
 * throws for what an entry holds: Ratis ends a server whose state machine does.
 */
final class ShardStateMachine extends BaseStateMachine {
    private static final CompletableFuture<Message> DONE = CompletableFuture.completedFuture(Message.EMPTY);

    private final StoreSnapshots snapshots;
    private final ReplicaListener listener;

    ShardStateMachine(StoreSnapshots snapshots, ReplicaListener listener) {
        this.snapshots = snapshots;
        this.listener = listener;
    }

    @Override
    public void initialize(RaftServer raftServer, RaftGroupId raftGroupId, RaftStorage storage) throws IOException {
        getLifeCycle().startAndTransition(() -> {
            super.initialize(raftServer, raftGroupId, storage);
            snapshots.init(storage);
            setLastAppliedTermIndex(snapshots.termIndex());
        });
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return snapshots;
    }

    @Override
    public SnapshotInfo getLatestSnapshot() {
        return snapshots.getLatestSnapshot();
    }

    /** See {@link StoreSnapshots#written}. */
    SnapshotInfo writtenSnapshot(TermIndex sent, long limitMillis) {
        return snapshots.written(sent, limitMillis);
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
        listener.applied(entry);
        return DONE;
    }

    /** The store wrote its checkpoint before; its index is all there is to say. */
    @Override
    public long takeSnapshot() {
        return snapshots.termIndex().getIndex();
    }

    @Override
    public void pause() {
        getLifeCycle().transition(org.apache.ratis.util.LifeCycle.State.PAUSING);
        snapshots.forceReceived();
        getLifeCycle().transition(org.apache.ratis.util.LifeCycle.State.PAUSED);
    }

    @Override
    public void reinitialize() throws IOException {
        getLifeCycle().startAndTransition(() -> {
            snapshots.received();
            setLastAppliedTermIndex(snapshots.termIndex());
            listener.replaced();
        });
    }

    @Override
    public void notifyLeaderReady() {
        TermIndex applied = getLastAppliedTermIndex();
        listener.primary(applied.getTerm());
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pendingEntries) {
        listener.notPrimary();
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId newLeader) {
        if (newLeader != null && !newLeader.equals(member.getPeerId())) {
            listener.following(newLeader.toString());
        }
    }

    @Override
    public void notifyGroupRemove() {
        listener.removed();
    }

    @Override
    public void notifyLogFailed(Throwable cause, LogEntryProto failedEntry) {
        listener.logFailed(cause);
    }

    /** The log does not fit what the primary sends, as {@link StartedMembers} saw. Any thread. */
    void misfit(Throwable cause) {
        listener.misfit(cause);
    }

    /** A snapshot that is being received could not be written. It is sent again; where there is no room for it, in vain. Any thread. */
    void snapshotFailed(IOException cause) {
        if (snapshots.isDiskFull()) {
            listener.logFailed(cause);
        }
    }

    @Override
    public void notifyServerShutdown(RoleInfoProto roleInfo, boolean allServer) {
        listener.logFailed(new IOException("the replicated journal was shut down by itself"));
    }
}
