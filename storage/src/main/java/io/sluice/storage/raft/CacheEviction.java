package io.sluice.storage.raft;

import java.io.IOException;
import java.lang.reflect.Field;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.raftlog.segmented.SegmentedRaftLog;
import org.apache.ratis.util.AwaitToRun;

/**
 * The thread by which a log of Ratis drops segments from its cache. Closing the log, Ratis 3.3.0 waits for the end of that thread with the log's
 * lock in hand, for which the thread may be waiting at that moment, as whenever a new segment has just begun: neither goes on, ever. So the
 * thread ends before the log is closed. Any thread.
 */
final class CacheEviction {
    private static final Field THREAD;

    static {
        try {
            THREAD = SegmentedRaftLog.class.getDeclaredField("cacheEviction");
            THREAD.setAccessible(true);
        } catch (NoSuchFieldException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private CacheEviction() {}

    /** Ends that of a member that is about to be removed; waits for it. What is not there, or not open yet, has none. */
    static void end(RaftServer server, RaftGroupId group) {
        RaftLog log;
        try {
            log = server.getDivision(group).getRaftLog();
        } catch (IOException | IllegalStateException noLog) {
            return;
        }
        if (log instanceof SegmentedRaftLog) {
            of(log).close();
        }
    }

    private static AwaitToRun of(RaftLog log) {
        try {
            return (AwaitToRun) THREAD.get(log);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
