package io.sluice.broker.shard;

import io.sluice.broker.ResumableLink;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.queue.Dispatcher;
import io.sluice.broker.queue.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What links come back to (AMQP 1.0 §2.6.13): which deliveries of theirs were taken before they went, and which messages they had. Shard's thread only. */
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

    /** See {@link ShardMailbox#fetchAll}. */
    void fetchAll(Consumer consumer, List<Long> sequences, Client client, Reply<List<Delivery>> reply, Turn turn) {
        // What the link had before may be on its way back.
        turn.afterDecided(applied -> {
            Gathered gathered = new Gathered(sequences.size(), client, reply);
            Optional<Dispatcher> home = consumer.home();
            for (long sequence : sequences) {
                if (home.isPresent()) {
                    home.get().fetch(consumer, sequence, applied, gathered::answer);
                } else {
                    gathered.answer(Optional.empty(), applied);
                }
            }
        });
    }

    /** Answers to several questions, some of which wait for a page to be read. */
    private static final class Gathered {
        private final List<Delivery> found = new ArrayList<>();
        private final Client client;
        private final Reply<List<Delivery>> reply;
        private int awaited;

        private Gathered(int awaited, Client client, Reply<List<Delivery>> reply) {
            this.awaited = awaited;
            this.client = client;
            this.reply = reply;
        }

        void answer(Optional<Delivery> delivery, Turn turn) {
            delivery.ifPresent(found::add);
            awaited--;
            if (awaited == 0) {
                turn.calling(client);
                reply.done(found);
            }
        }
    }
}
