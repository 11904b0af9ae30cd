/**
 * The journal of a shard as the log of an Apache Ratis group: the leader is the primary, its followers are the backups. The only place
 * with {@code org.apache.ratis}. Consensus, elections and the transfer of the log are Ratis's; what is here is the adapter between its log
 * and {@link io.sluice.broker.port.Journal}, and the store as its snapshot.
 */
package io.sluice.storage.raft;
