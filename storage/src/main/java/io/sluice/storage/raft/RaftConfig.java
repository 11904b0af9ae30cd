package io.sluice.storage.raft;

import java.io.File;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.netty.NettyConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys.Log;
import org.apache.ratis.server.RaftServerConfigKeys.Rpc;
import org.apache.ratis.server.RaftServerConfigKeys.Snapshot;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** Our settings in Ratis's terms. Where the default is not left as it is, the reason stands beside it. */
final class RaftConfig {
    /** Ratis writes a length and a checksum beside an entry, and an entry has a head of its own. */
    private static final int ENTRY_HEAD_BYTES = 64 << 10;

    private static final int SEGMENT_BYTES = 16 << 20;

    private RaftConfig() {}

    static RaftProperties of(RaftSettings settings) {
        RaftProperties properties = new RaftProperties();
        // Its appender sends all that gathered in one request; the one of gRPC sends entry by entry, at five times the
        // cost.
        RaftConfigKeys.Rpc.setType(properties, new WatchedNetty());
        NettyConfigKeys.Server.setHost(properties, settings.self().replication().host());
        NettyConfigKeys.Server.setPort(properties, settings.self().replication().port());
        RaftServerConfigKeys.setStorageDir(properties, List.of(settings.folder().toFile()));
        RaftServerConfigKeys.setRemovedGroupsDir(
                properties, new File(settings.folder().toFile(), "removed"));
        log(properties, settings);
        elections(properties, settings.timing());
        return properties;
    }

    /** Of an entry in the log. */
    static SizeInBytes mostEntryBytes(RaftSettings settings) {
        return SizeInBytes.valueOf(settings.limits().maxBatchBytes() + ENTRY_HEAD_BYTES);
    }

    private static void log(RaftProperties properties, RaftSettings settings) {
        SizeInBytes entry = mostEntryBytes(settings);
        Log.Appender.setBufferByteLimit(properties, entry);
        Log.setWriteBufferSize(properties, SizeInBytes.valueOf(entry.getSizeInt() + 8L));
        Log.setSegmentSizeMax(properties, SizeInBytes.valueOf(Math.max(SEGMENT_BYTES, entry.getSizeInt())));
        Log.setPreallocatedSize(properties, SizeInBytes.valueOf("1MB"));
        // Closed segments stay on the heap, each replica's: two of them are enough for a backup that is a moment
        // behind.
        Log.setSegmentCacheNumMax(properties, 2);
        Log.setSegmentCacheSizeMax(properties, SizeInBytes.valueOf(2L * SEGMENT_BYTES));
        // Writes a second entry with each commit.
        Log.setLogMetadataEnabled(properties, false);
        // A process that was killed leaves an entry cut short behind. What this would hide beyond that, LogFiles finds.
        Log.setCorruptionPolicy(properties, Log.CorruptionPolicy.WARN_AND_RETURN);
        // Never asynchronous flushes: they report entries that are not on the disk.
        Log.setAsyncFlushEnabled(properties, false);
        Log.setUnsafeFlushEnabled(properties, settings.sync() == RaftSettings.Sync.MEMORY);
        Log.setPurgeUptoSnapshotIndex(properties, true);
        Log.setPurgeGap(properties, 1);
        Log.Appender.setWaitTimeMin(properties, TimeDuration.ZERO);
        Log.Appender.setSnapshotChunkSizeMax(properties, SizeInBytes.valueOf(StoreSnapshots.PART_BYTES));
        // The store decides when: by bytes, when memory is short, and when it is idle.
        Snapshot.setAutoTriggerEnabled(properties, false);
        Snapshot.setTriggerWhenStopEnabled(properties, false);
        Snapshot.setTriggerWhenRemoveEnabled(properties, false);
        Snapshot.setCreationGap(properties, 1);
        // Nobody sends a batch twice: what is remembered of replies is only in the way.
        RaftServerConfigKeys.RetryCache.setExpiryTime(properties, TimeDuration.valueOf(2, TimeUnit.SECONDS));
    }

    private static void elections(RaftProperties properties, RaftSettings.Timing timing) {
        TimeDuration min = TimeDuration.valueOf(timing.electionMinMillis(), TimeUnit.MILLISECONDS);
        TimeDuration max = TimeDuration.valueOf(timing.electionMaxMillis(), TimeUnit.MILLISECONDS);
        Rpc.setTimeoutMin(properties, min);
        Rpc.setTimeoutMax(properties, max);
        Rpc.setFirstElectionTimeoutMin(properties, min);
        Rpc.setFirstElectionTimeoutMax(properties, max);
        Rpc.setRequestTimeout(properties, TimeDuration.valueOf(2, TimeUnit.SECONDS));
        // Between attempts to reach a node that is not there.
        Rpc.setSleepTime(properties, TimeDuration.valueOf(100, TimeUnit.MILLISECONDS));
        // One that stepped down may be needed again at once: with two of three nodes there is nobody else.
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(
                properties, TimeDuration.valueOf(1, TimeUnit.SECONDS));
        // A process that was stopped for minutes is a backup that has to catch up, not one that has to end.
        RaftServerConfigKeys.setCloseThreshold(properties, TimeDuration.valueOf(1, TimeUnit.HOURS));
    }
}
