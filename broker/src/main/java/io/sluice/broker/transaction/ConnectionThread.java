package io.sluice.broker.transaction;

import io.sluice.broker.port.Client;

/** The thread that the transactions of one connection belong to. Shards, which answer on theirs, get there by this. */
public interface ConnectionThread extends Client {
    /** Runs {@code answer} on the connection's thread: at once where the caller is there, else at the end of the shard's turn. */
    void call(Runnable answer);
}
