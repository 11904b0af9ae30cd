package io.sluice.simulation;

import io.sluice.broker.NodeKind;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.ProducerListener;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.shard.Publish;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Sends numbered messages to one queue, topic or exchange, a few at a time; what was not answered when the connection went is sent again, in order. */
final class SimulatedProducer extends SimulatedClient {
    private static final int MOST_UNANSWERED = 6;

    private final NodeKind kind;
    private final String address;
    private final List<Sent> unanswered = new ArrayList<>();
    /** Of {@code unanswered}, on this connection. */
    private int sent;

    private long numbers;
    private Optional<Link> link = Optional.empty();

    private record Sent(String id, int priority) {}

    SimulatedProducer(Cluster cluster, String name, NodeKind kind, String address) {
        super(cluster, name);
        this.kind = kind;
        this.address = address;
    }

    /** On one connection. */
    private final class Link implements ProducerListener {
        private final Connection connection;
        /** An exchange comes to be when an administrator has declared it: who sends over the anonymous terminus need not wait for it. */
        private final Producer handle =
                new Producer(() -> {}, this, kind, kind == NodeKind.EXCHANGE ? Optional.empty() : Optional.of(address));

        private boolean attached;

        private Link(Connection connection) {
            this.connection = connection;
        }

        private void send(Sent one) {
            Publish publish = new Publish(kind, address, Texts.message(one.id, one.priority)) {
                @Override
                public String routingKey() {
                    return SimulatedAdministrator.KEYS.get(one.priority % 2);
                }

                @Override
                public String duplicateId(String property) {
                    return one.id;
                }
            };
            connection.toShard(mailbox -> mailbox.publish(handle, publish));
        }

        @Override
        public void attached() {
            connection.toClient(() -> attached = true);
        }

        @Override
        public void closed(Refusal refusal) {
            cluster.history().broken(name + " was closed: " + refusal);
        }

        @Override
        public void accepted(Publish publish) {
            String id = Texts.id(publish.message());
            cluster.history().accepted(kind, address, id);
            connection.toClient(() -> answered(id));
        }

        @Override
        public void refused(Publish publish, Refusal refusal) {
            connection.toClient(() -> answered(Texts.id(publish.message())));
        }

        @Override
        public void creditOpen(boolean open, String reason) {}
    }

    private void answered(String id) {
        if (unanswered.removeIf(one -> one.id.equals(id))) {
            sent--;
        }
    }

    @Override
    void connected(Connection now) {
        Link attaching = new Link(now);
        link = Optional.of(attaching);
        now.toShard(mailbox -> mailbox.attach(attaching.handle));
    }

    @Override
    void disconnected() {
        link = Optional.empty();
        sent = 0;
    }

    @Override
    void act(Connection now) {
        if (link.isEmpty() || !link.get().attached) {
            return;
        }
        for (long i = world.between(1, 4); i > 0; i--) {
            if (sent == unanswered.size()) {
                if (isEnding() || sent >= MOST_UNANSWERED) {
                    return;
                }
                unanswered.add(new Sent(name + "-" + numbers++, world.random.nextInt(10)));
            }
            link.get().send(unanswered.get(sent++));
        }
    }

    @Override
    boolean isDone() {
        return unanswered.isEmpty();
    }

    @Override
    public String toString() {
        return sent + " of " + unanswered
                + (link.isEmpty() ? ", not connected" : link.get().attached ? "" : ", not attached");
    }
}
