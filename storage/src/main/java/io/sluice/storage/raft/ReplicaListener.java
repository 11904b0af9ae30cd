package io.sluice.storage.raft;

import org.apache.ratis.proto.RaftProtos.LogEntryProto;

/** What a state machine tells its journal. */
interface ReplicaListener {
    /** The next committed entry. On the thread that applies; may block to hold it back. */
    void applied(LogEntryProto entry);

    /** All of what earlier primaries committed is applied: this node is the primary. On the thread that applies. */
    void primary(long term);

    /** Somebody else is the primary, and known. */
    void following(String primaryId);

    /** This node was the primary, and is not any more. */
    void notPrimary();

    /** A snapshot took the place of what the store holds. */
    void replaced();

    /** This node is no member of the group any more. */
    void removed();

    /** The log, as it is open, does not fit what the primary sends. Any thread. */
    void misfit(Throwable cause);

    /** The log cannot be written. */
    void logFailed(Throwable cause);
}
