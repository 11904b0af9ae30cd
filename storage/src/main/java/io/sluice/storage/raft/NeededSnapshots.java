package io.sluice.storage.raft;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.StateMachine;

/**
 * Snapshots as the sender to one backup sees them: for a backup that needs one there is none before its file is written. In between the sender
 * goes on with its heartbeats. It would wait for the file else, which takes longer than an election the larger the store is; and a primary of
 * which the only backup left hears nothing gives its role up, and begins anew.
 */
final class NeededSnapshots {
    /** The sender asks again and again. */
    private static final int STEP_MILLIS = 20;

    private final RaftServer.Division member;
    private final LeaderState leader;
    private final FollowerInfo backup;
    private TermIndex sent = TermIndex.INITIAL_VALUE;

    private NeededSnapshots(RaftServer.Division member, LeaderState leader, FollowerInfo backup) {
        this.member = member;
        this.leader = leader;
        this.backup = backup;
    }

    /** The member as the sender sees it. */
    static RaftServer.Division of(RaftServer.Division member, LeaderState leader, FollowerInfo backup) {
        if (!(member.getStateMachine() instanceof ShardStateMachine machine)) {
            throw new IllegalStateException("not a shard's: " + member.getStateMachine());
        }
        NeededSnapshots needed = new NeededSnapshots(member, leader, backup);
        StateMachine seen = replaced(StateMachine.class, machine, "getLatestSnapshot", () -> needed.latest(machine));
        return replaced(RaftServer.Division.class, member, "getStateMachine", () -> seen);
    }

    private interface Answer {
        Object get() throws InterruptedException;
    }

    private static <T> T replaced(Class<T> kind, T real, String name, Answer answer) {
        return kind.cast(Proxy.newProxyInstance(
                kind.getClassLoader(), new Class<?>[] {kind}, (proxy, method, arguments) -> {
                    if (method.getName().equals(name)) {
                        return answer.get();
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private SnapshotInfo latest(ShardStateMachine machine) {
        SnapshotInfo latest = machine.getLatestSnapshot();
        if (latest == null || !isNeeded(latest)) {
            return latest;
        }
        SnapshotInfo written = machine.writtenSnapshot(sent, STEP_MILLIS);
        return written == null ? null : new Sent(written);
    }

    /** Whoever asks for the files is about to send them. */
    private final class Sent implements SnapshotInfo {
        private final SnapshotInfo written;

        private Sent(SnapshotInfo written) {
            this.written = written;
        }

        @Override
        public TermIndex getTermIndex() {
            return written.getTermIndex();
        }

        @Override
        public List<FileInfo> getFiles() {
            sent = written.getTermIndex();
            return written.getFiles();
        }

        @Override
        public String toString() {
            return written.toString();
        }
    }

    /** As Ratis decides it. */
    private boolean isNeeded(SnapshotInfo latest) {
        if (leader.isFollowerBootstrapping(backup) && !backup.hasAttemptedToInstallSnapshot()) {
            return true;
        }
        long next = backup.getNextIndex();
        RaftLog log = member.getRaftLog();
        if (next >= log.getNextIndex()) {
            return false;
        }
        long start = log.getStartIndex();
        if (next < start || start == RaftLog.INVALID_LOG_INDEX) {
            return true;
        }
        return next == start
                && next > RaftLog.LEAST_VALID_LOG_INDEX
                && log.getTermIndex(next - 1) == null
                && latest.getIndex() != next - 1;
    }
}
