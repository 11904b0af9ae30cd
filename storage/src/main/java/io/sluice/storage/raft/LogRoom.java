package io.sluice.storage.raft;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import java.util.Map;
import java.util.TreeMap;

/** How much log there is behind the store's checkpoint, and what follows from it. Any thread. */
final class LogRoom {
    /** How finely it is known where in the log its bytes are. */
    private static final long SAMPLE_BYTES = 1 << 20;

    private final RaftSettings.Limits limits;
    /** Bytes of log in front of an entry, by its index. */
    private final TreeMap<Long, Long> samples = new TreeMap<>();

    private long bytes;
    private long checkpointedBytes;
    private long sampledBytes;
    private long wantedAtBytes;
    private boolean low;

    LogRoom(RaftSettings.Limits limits) {
        this.limits = limits;
    }

    /** @param logBytes that the log has from before; all of it may still be needed */
    synchronized void starts(long logBytes) {
        checkpointedBytes = 0;
        bytes = 0;
        sampledBytes = 0;
        wantedAtBytes = limits.journalBudgetBytes();
        if (logBytes > limits.journalMaxBytes()) {
            wantedAtBytes = 0;
        }
    }

    /** Counts an entry. */
    synchronized void applied(JournalPosition position, int entryBytes) {
        bytes += entryBytes;
        if (bytes - sampledBytes >= SAMPLE_BYTES) {
            sampledBytes = bytes;
            samples.put(position.index(), bytes);
        }
    }

    synchronized void checkpointed(JournalPosition position) {
        Map.Entry<Long, Long> reached = samples.floorEntry(position.index());
        if (reached != null) {
            checkpointedBytes = reached.getValue();
            samples.headMap(position.index(), true).clear();
        }
        wantedAtBytes = checkpointedBytes + limits.journalBudgetBytes();
    }

    /** Bytes from this entry to the newest, about. */
    synchronized long bytesBehind(long index) {
        Map.Entry<Long, Long> reached = samples.floorEntry(index);
        return bytes - (reached == null ? checkpointedBytes : reached.getValue());
    }

    /** Bytes of entries that the store's checkpoint does not hold, about. */
    synchronized long bytes() {
        return bytes - checkpointedBytes;
    }

    /**
     * Tells what changed.
     *
     * @param diskLow why the disk is too full, "" where it is not
     */
    void tell(Journal.Listener listener, String diskLow) {
        boolean wanted;
        boolean urgent;
        boolean changed;
        String reason;
        synchronized (this) {
            wanted = bytes > wantedAtBytes;
            urgent = bytes - checkpointedBytes > limits.journalMaxBytes();
            if (wanted) {
                wantedAtBytes = bytes + limits.journalBudgetBytes();
            }
            reason = urgent
                    ? "the replicated journal has " + (bytes - checkpointedBytes) + " bytes that are in no checkpoint,"
                            + " more than " + limits.journalMaxBytes()
                    : diskLow;
            changed = low == reason.isEmpty();
            low = !reason.isEmpty();
        }
        if (wanted) {
            listener.checkpointWanted(urgent);
        }
        if (changed) {
            listener.roomLow(!reason.isEmpty(), reason);
        }
    }
}
