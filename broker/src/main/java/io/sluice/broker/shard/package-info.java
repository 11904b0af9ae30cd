/** The single-threaded loop that owns queues and a journal: decide, append, apply. */
package io.sluice.broker.shard;
