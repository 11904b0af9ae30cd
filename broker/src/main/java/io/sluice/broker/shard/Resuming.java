package io.sluice.broker.shard;

import io.sluice.broker.ResumableLink;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Turn;
import java.util.List;
import java.util.Set;

/** Says which deliveries of a link that comes back were taken before it went (AMQP 1.0 §2.6.13). Shard's thread only. */
final class Resuming {
    private final ShardQueues queues;

    Resuming(ShardQueues queues) {
        this.queues = queues;
    }

    /** See {@link ShardMailbox#unconfirmed}. */
    void unconfirmed(
            String queue,
            ResumableLink link,
            Set<String> keys,
            boolean complete,
            Client client,
            Reply<Set<String>> reply,
            Turn turn) {
        // What came before may be on its way to the journal.
        turn.afterDecided(applied -> {
            Set<String> known = queues.find(queue)
                    .map(found -> found.unconfirmed(keys, applied.nowMillis()))
                    .orElse(Set.of());
            if (complete) {
                queues.find(queue).ifPresent(found -> found.confirmedOthers(link, keys, applied));
            }
            applied.calling(client);
            reply.done(known);
        });
    }

    /** See {@link ShardMailbox#confirmed}. */
    void confirmed(String queue, List<String> keys, Turn turn) {
        queues.find(queue).ifPresent(found -> found.confirmed(keys, turn));
    }
}
