package io.sluice.broker.port;

import io.sluice.broker.Refusal;
import io.sluice.broker.shard.Publish;

/** What a producing link hears from its shard. Shard's thread; must not block. After the last call of a turn comes {@link Client#turnEnded}. */
public interface ProducerListener {
    /** The producer is attached. */
    void attached();

    /**
     * It is not, or is no longer (a deleted queue: {@link Refusal.Kind#RESOURCE_DELETED}). Comes when all that was sent before is
     * answered.
     */
    void closed(Refusal refusal);

    /** The message is taken as its policy asks: durable messages of durable queues are on disk. */
    void accepted(Publish publish);

    /** The message is not taken, and never will be. {@link Refusal.Kind#NOT_FOUND}: it has nowhere to go. */
    void refused(Publish publish, Refusal refusal);

    /**
     * Whether the link may be given more credit. True from the start; false while the queue or the node is full.
     *
     * @param reason one sentence for a person, "" when open
     */
    void creditOpen(boolean open, String reason);
}
