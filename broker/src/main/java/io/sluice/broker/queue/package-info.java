/** One queue: its durable state, and the dispatch of its messages to consumers. Plain objects, owned by a shard's thread. */
package io.sluice.broker.queue;
