package io.sluice.amqp;

import io.sluice.broker.Message;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Client;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.shard.ShardMailbox;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.qpid.proton.amqp.messaging.Source;

/** What a receiver's link takes from. The connection's event loop. */
interface SourceNode {
    /** By which its shard is found. */
    String address();

    /** The connection, as far as it may bring the queue into being by this link. */
    default Client client(ShardCalls calls) {
        return calls;
    }

    /** Where it is looked for first. */
    default ShardMailbox shard(Shards shards) {
        return shards.of(address());
    }

    /** The queue or topic its messages are of, as soon as that is known. */
    default Optional<String> readFrom() {
        return Optional.of(address());
    }

    /** What the connection is to keep when the link goes; empty where nothing may be kept. */
    Optional<KeptTermini.Kept> kept(ShardMailbox shard, Consumer consumer);

    /** What the link itself selects; empty: everything there. */
    Optional<Predicate<Message>> filter();

    /** Whether it looks and does not take. */
    boolean copies();

    /** Whether it takes what it has named and nothing else. */
    default boolean fetches() {
        return false;
    }

    /** Whether the link is to come back to what it had unsettled. */
    default boolean resumes() {
        return false;
    }

    /** Leads to {@code attached} or {@code closed}. */
    void attach(ShardMailbox shard, Consumer consumer);

    /** Where to look on when a shard has refused the link; empty: it is refused. */
    default Optional<ShardMailbox> next(ShardMailbox asked, Refusal refusal) {
        return Optional.empty();
    }

    /** The peer has detached. Leads to {@code detached} or {@code closed}. */
    void detach(ShardMailbox shard, Consumer consumer, boolean closed);

    /** What the peer has ended by closing the link, beside the link; empty: nothing, or that is not known. */
    default Optional<AuditedChange.What> endedByClose() {
        return Optional.empty();
    }

    /** What the attach is answered with, when it is attached. */
    Source answer();
}
