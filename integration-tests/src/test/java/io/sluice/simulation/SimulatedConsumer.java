package io.sluice.simulation;

import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.ConsumerListener;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.shard.ShardMailbox;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Takes messages of one queue, a few at a time, and says what became of them after a while; at times it goes and comes again. */
class SimulatedConsumer extends SimulatedClient {
    private static final int MORE_PERCENT = 5;

    private final String queue;
    private final int credit;
    private Optional<Link> link = Optional.empty();

    SimulatedConsumer(Cluster cluster, String name, String queue, int credit) {
        super(cluster, name);
        this.queue = queue;
        this.credit = credit;
    }

    String queue() {
        return queue;
    }

    /** On one connection. */
    final class Link implements ConsumerListener {
        final Connection connection;
        /** What it takes from: a subscriber has another one when it comes again. */
        final String from = queue();

        private final Consumer handle;
        private final Map<Delivery, Outcome> outcomes = new HashMap<>();
        private long limit;
        private boolean detaching;

        private Link(Connection connection) {
            this.connection = connection;
            Outcome loss = world.chance(50) ? Outcome.FAILED : Outcome.RELEASED;
            this.handle = new Consumer(new Consumer.Request(() -> {}, this, address(), Consumer.Mode.MOVE, loss));
        }

        /** The client says so. */
        void settle(Delivery delivery, Outcome outcome) {
            outcomes.put(delivery, outcome);
            if (outcome == Outcome.ACCEPTED) {
                cluster.history().saidAccepted(Texts.id(delivery.message()));
            }
            connection.toShard(mailbox -> mailbox.settle(delivery, outcome));
        }

        /** The client said so in another way. */
        void noting(Delivery delivery, Outcome outcome) {
            outcomes.put(delivery, outcome);
        }

        /** Whether what the client says still counts. */
        boolean isCurrent() {
            return link.filter(now -> now == this).isPresent();
        }

        private void grant() {
            limit++;
            long now = limit;
            connection.toShard(mailbox -> mailbox.grant(handle, now, false));
        }

        @Override
        public void deliver(Delivery delivery) {
            cluster.history().delivered(connection.life(), from, delivery);
            connection.toClient(() -> world.after(world.between(0, 30_000), () -> {
                if (isCurrent() && !detaching) {
                    got(this, delivery);
                }
            }));
        }

        @Override
        public void settled(Delivery delivery) {
            if (outcomes.get(delivery) == Outcome.ACCEPTED) {
                cluster.history().confirmed(from, delivery);
            }
            connection.toClient(() -> {
                if (isCurrent() && !detaching) {
                    grant();
                }
            });
        }

        @Override
        public void detached() {
            connection.toClient(() -> {
                if (isCurrent()) {
                    disconnect();
                }
            });
        }

        @Override
        public void attached() {
            isAttached(this);
        }

        @Override
        public void drained() {}

        @Override
        public void closed(Refusal refusal) {
            cluster.history().broken(name + " was closed: " + refusal);
        }
    }

    /** What its links name. */
    String address() {
        return queue;
    }

    void attach(ShardMailbox mailbox, Consumer handle) {
        mailbox.attach(handle);
    }

    void leave(Connection now, Consumer handle) {
        now.toShard(mailbox -> mailbox.detach(handle));
    }

    /** The shard says so. */
    void isAttached(Link its) {}

    /** A message came a while ago. */
    void got(Link its, Delivery delivery) {
        int dice = world.random.nextInt(100);
        its.settle(delivery, dice < 70 ? Outcome.ACCEPTED : dice < 85 ? Outcome.RELEASED : Outcome.FAILED);
    }

    @Override
    void connected(Connection now) {
        Link attaching = new Link(now);
        link = Optional.of(attaching);
        now.toShard(mailbox -> attach(mailbox, attaching.handle));
        for (int i = 0; i < credit; i++) {
            attaching.grant();
        }
    }

    @Override
    void disconnected() {
        link = Optional.empty();
    }

    @Override
    void act(Connection now) {
        link.filter(its -> !its.detaching && (isEnding() || world.chance(1))).ifPresent(its -> {
            its.detaching = true;
            leave(now, its.handle);
        });
        // Who waits for answers only does not ask a primary that nobody answers any more.
        link.filter(its -> !its.detaching && world.chance(MORE_PERCENT)).ifPresent(Link::grant);
    }

    @Override
    boolean isDone() {
        return link.isEmpty();
    }
}
