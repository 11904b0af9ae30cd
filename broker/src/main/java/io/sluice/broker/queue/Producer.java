package io.sluice.broker.queue;

import io.sluice.broker.NodeKind;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.ProducerListener;
import java.util.Objects;
import java.util.Optional;

/** A link that puts messages into queues. A front end holds it as a handle; its state belongs to the shard's thread. */
public final class Producer {
    private final Client client;
    private final ProducerListener listener;
    private final NodeKind kind;
    private final Optional<String> address;
    boolean attached;
    boolean creditOpen = true;

    /** @param address the queue; empty for an anonymous terminus, whose messages each name theirs */
    public Producer(Client client, ProducerListener listener, Optional<String> address) {
        this(client, listener, NodeKind.QUEUE, address);
    }

    /** @param kind of what the address names */
    public Producer(Client client, ProducerListener listener, NodeKind kind, Optional<String> address) {
        this.kind = Objects.requireNonNull(kind, "kind");
        this.client = Objects.requireNonNull(client, "client");
        this.listener = Objects.requireNonNull(listener, "listener");
        this.address = Objects.requireNonNull(address, "address");
    }

    public Client client() {
        return client;
    }

    public ProducerListener listener() {
        return listener;
    }

    public NodeKind kind() {
        return kind;
    }

    public Optional<String> address() {
        return address;
    }
}
