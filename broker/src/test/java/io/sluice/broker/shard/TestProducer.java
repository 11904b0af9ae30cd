package io.sluice.broker.shard;

import io.sluice.broker.Message;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.LinkDescription;
import io.sluice.broker.port.ProducerListener;
import io.sluice.broker.queue.Producer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A producing link that writes down all it hears, in order. */
final class TestProducer implements ProducerListener {
    final Producer handle;
    final List<String> events = new ArrayList<>();
    final List<String> accepted = new ArrayList<>();
    final List<Refusal> refusals = new ArrayList<>();
    private final ShardFixture fixture;
    private final NodeKind kind;
    private final Optional<String> address;
    /** Container-id it sends under. */
    String container = "";

    boolean creditOpen = true;

    TestProducer(ShardFixture fixture, Optional<String> address) {
        this(fixture, NodeKind.QUEUE, address);
    }

    TestProducer(ShardFixture fixture, NodeKind kind, Optional<String> address) {
        this.fixture = fixture;
        this.kind = kind;
        this.address = address;
        this.handle = new Producer(fixture.client, this, kind, address);
    }

    /** Durable, default priority. */
    TestProducer send(String... bodies) {
        for (String body : bodies) {
            send(ShardFixture.message(body, Message.Header.DURABLE));
        }
        return this;
    }

    TestProducer send(Message message) {
        return sendTo(address.orElseThrow(), message);
    }

    TestProducer sendTo(String queue, Message message) {
        post(queue, message);
        fixture.run();
        return this;
    }

    /** Sends without letting the shard run. */
    void post(String queue, Message message) {
        post(kind, queue, message);
    }

    /** As {@link #post(String, Message)}, for an anonymous one whose messages say what their address is. */
    void post(NodeKind itsKind, String target, Message message) {
        fixture.mailbox().publish(handle, publish(itsKind, target, message, ""));
    }

    private Publish publish(NodeKind itsKind, String target, Message message, String id) {
        return new Publish(itsKind, target, message) {
            @Override
            public String duplicateId(String property) {
                return id.isEmpty() || property.isEmpty() ? id : property + "=" + id;
            }

            @Override
            public String container() {
                return container;
            }

            @Override
            public LinkDescription link() {
                return new LinkDescription("", "", container, "", "");
            }
        };
    }

    /** With an id by which a copy is known. */
    TestProducer sendAs(String id, Message message) {
        postAs(address.orElseThrow(), id, message);
        fixture.run();
        return this;
    }

    /** Over a link that may be resumed. @param key of the delivery */
    TestProducer sendOver(String key, Message message) {
        postOver(address.orElseThrow(), key, message);
        fixture.run();
        return this;
    }

    /** As {@link #sendOver}, without letting the shard run. */
    void postOver(String queue, String key, Message message) {
        fixture.mailbox().publish(handle, new Publish(kind, queue, message) {
            @Override
            public String deliveryKey() {
                return key;
            }
        });
    }

    /** As {@link #sendAs}, without letting the shard run. */
    void postAs(String queue, String id, Message message) {
        fixture.mailbox().publish(handle, publish(kind, queue, message, id));
    }

    void detach() {
        fixture.mailbox().detach(handle);
        fixture.run();
    }

    private static String body(Publish publish) {
        return new String(publish.message().encoded(), StandardCharsets.UTF_8);
    }

    @Override
    public void attached() {
        events.add("attached");
    }

    @Override
    public void closed(Refusal refusal) {
        events.add("closed " + refusal.kind());
    }

    @Override
    public void accepted(Publish publish) {
        accepted.add(body(publish));
        events.add("accepted " + body(publish));
    }

    @Override
    public void refused(Publish publish, Refusal refusal) {
        refusals.add(refusal);
        events.add("refused " + body(publish));
    }

    @Override
    public void creditOpen(boolean open, String reason) {
        creditOpen = open;
        events.add(open ? "open" : "shut: " + reason);
    }
}
