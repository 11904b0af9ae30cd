package io.sluice.clients.vertx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import io.sluice.clients.Scene;
import io.vertx.amqp.AmqpMessage;
import io.vertx.amqp.AmqpReceiverOptions;
import io.vertx.amqp.AmqpSender;
import io.vertx.amqp.AmqpSenderOptions;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Nodes that are not plain queues. */
final class NodeChecks {
    private NodeChecks() {}

    static void addTo(ClientSuite suite) {
        suite.can(Feature.ANONYMOUS_TERMINUS, NodeChecks::anonymousTerminus)
                .can(Feature.REQUEST_REPLY, NodeChecks::requestReply)
                .can(Feature.TEMPORARY_QUEUE, NodeChecks::temporaryQueue)
                .can(Feature.TEMPORARY_TOPIC, NodeChecks::temporaryTopic)
                .can(Feature.TOPIC, NodeChecks::topic)
                .can(Feature.TOPIC_WILDCARDS, NodeChecks::wildcards)
                .can(Feature.TOPIC_SELECTOR, NodeChecks::topicSelector)
                .can(Feature.NO_LOCAL, NodeChecks::noLocal)
                .can(Feature.DURABLE_SUBSCRIPTION, NodeChecks::durableSubscription)
                .can(Feature.UNSUBSCRIBE, NodeChecks::unsubscribe)
                .can(Feature.SHARED_SUBSCRIPTION, NodeChecks::sharedSubscription)
                .can(Feature.SHARED_DURABLE, NodeChecks::sharedDurable);
    }

    private static AmqpMessage to(String address, String body) {
        return AmqpMessage.create().withBody(body).address(address).build();
    }

    private static void anonymousTerminus(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            AmqpSender sender = peer.await(peer.connection()::createAnonymousSender);
            for (String n : List.of("1", "2", "3")) {
                peer.accepted(sender, to(scene.address(n), "to " + n));
            }
            for (String n : List.of("1", "2", "3")) {
                assertEquals("to " + n, peer.inbox(scene.address(n)).body());
            }
        }
    }

    private static void gone(Peer peer, String address) throws Exception {
        AmqpSender sender = peer.await(peer.connection()::createAnonymousSender);
        assertThrows(Exception.class, () -> peer.accepted(sender, to(address, "x")));
    }

    private static void requestReply(Scene scene) throws Exception {
        try (Peer server = Peer.of(scene)) {
            String replyTo;
            try (Peer client = Peer.of(scene)) {
                Peer.Inbox requests = server.inbox(scene.address());
                AmqpSender answers = server.await(server.connection()::createAnonymousSender);
                Peer.Inbox replies = new Peer.Inbox(client, client.await(client.connection()::createDynamicReceiver));
                replyTo = replies.receiver().address();
                AmqpSender asks = client.sender(scene.address());
                for (String id : List.of("one", "two")) {
                    AmqpMessage ask = AmqpMessage.create()
                            .withBody("ask " + id)
                            .replyTo(replyTo)
                            .correlationId(id)
                            .build();
                    client.accepted(asks, ask);
                    AmqpMessage request = requests.next();
                    AmqpMessage answer = AmqpMessage.create()
                            .withBody("answer " + id)
                            .address(request.replyTo())
                            .correlationId(request.correlationId())
                            .build();
                    server.accepted(answers, answer);
                    request.accepted();
                    AmqpMessage reply = replies.next();
                    assertEquals(id, reply.correlationId());
                    assertEquals("answer " + id, reply.bodyAsString());
                }
                assertThrows(Exception.class, () -> server.inbox(replyTo));
                client.await(client.connection()::close);
            }
            gone(server, replyTo);
        }
    }

    private static AmqpSender dynamic(Peer peer, String capability) throws Exception {
        AmqpSenderOptions options = new AmqpSenderOptions().setDynamic(true).addCapability(capability);
        return peer.await(() -> peer.connection().createSender(null, options));
    }

    private static AmqpReceiverOptions of(String capability) {
        return new AmqpReceiverOptions().addCapability(capability);
    }

    private static void temporaryQueue(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            AmqpSender sender = dynamic(peer, "temporary-queue");
            String address = sender.unwrap().getRemoteTarget().getAddress();
            peer.accepted(sender, MessageChecks.text("a"));
            peer.accepted(sender, MessageChecks.text("b"));
            Peer.Inbox inbox = peer.inbox(address, of("temporary-queue"));
            assertEquals(List.of("a", "b"), inbox.bodies(2));
            inbox.close();
            peer.await(sender::close);
            gone(peer, address);
        }
    }

    private static void temporaryTopic(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            AmqpSender sender = dynamic(peer, "temporary-topic");
            String address = sender.unwrap().getRemoteTarget().getAddress();
            Peer.Inbox one = peer.inbox(address, of("temporary-topic"));
            Peer.Inbox two = peer.inbox(address, of("temporary-topic"));
            peer.accepted(sender, MessageChecks.text("to all"));
            assertEquals("to all", one.body());
            assertEquals("to all", two.body());
        }
    }

    private static void publish(Peer peer, String topic, String... bodies) throws Exception {
        AmqpSender sender = peer.sender(topic, "topic");
        for (String body : bodies) {
            peer.accepted(sender, MessageChecks.text(body));
        }
    }

    private static void topic(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Peer other = Peer.of(scene)) {
            publish(peer, scene.address(), "nobody hears");
            Peer.Inbox one = peer.inbox(scene.address(), of("topic"));
            Peer.Inbox two = other.inbox(scene.address(), of("topic"));
            publish(peer, scene.address(), "a", "b");
            for (Peer.Inbox inbox : List.of(one, two)) {
                assertEquals(List.of("a", "b"), inbox.bodies(2));
                assertTrue(inbox.empty());
            }
        }
    }

    private static void wildcards(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            Peer.Inbox one = peer.inbox(scene.address("*"), of("topic"));
            Peer.Inbox any = peer.inbox(scene.address("#"), of("topic"));
            for (String name : List.of("a", "b", "a.b")) {
                publish(peer, scene.address(name), name);
            }
            assertEquals(List.of("a", "b"), one.bodies(2));
            assertTrue(one.empty());
            assertEquals(List.of("a", "b", "a.b"), any.bodies(3));
        }
    }

    private static void topicSelector(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            Peer.Inbox inbox = peer.inbox(scene.address(), of("topic").setSelector("colour = 'red'"));
            AmqpSender sender = peer.sender(scene.address(), "topic");
            peer.accepted(sender, ReceiverChecks.coloured("red", 1));
            peer.accepted(sender, ReceiverChecks.coloured("blue", 2));
            peer.accepted(sender, ReceiverChecks.coloured("red", 3));
            assertEquals(List.of("red 1", "red 3"), inbox.bodies(2));
            assertTrue(inbox.empty());
        }
    }

    private static void noLocal(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Peer other = Peer.of(scene)) {
            Peer.Inbox inbox = peer.inbox(scene.address(), of("topic").setNoLocal(true));
            publish(peer, scene.address(), "mine");
            publish(other, scene.address(), "theirs");
            assertEquals("theirs", inbox.body());
            assertTrue(inbox.empty());
        }
    }

    private static Peer.Inbox news(Peer peer, Scene scene) throws Exception {
        return peer.inbox(scene.address(), of("topic").setLinkName("news").setDurable(true));
    }

    private static void durableSubscription(Scene scene) throws Exception {
        try (Peer away = Peer.named(scene, scene.address())) {
            news(away, scene).close();
            away.await(away.connection()::close);
        }
        try (Peer other = Peer.of(scene)) {
            publish(other, scene.address(), "a", "b");
        }
        try (Peer back = Peer.named(scene, scene.address())) {
            Peer.Inbox inbox = news(back, scene);
            assertEquals(List.of("a", "b"), inbox.bodies(2));
            assertTrue(inbox.empty());
        }
    }

    /** The client detaches what is durable; what is below closes it. */
    private static void unsubscribe(Scene scene) throws Exception {
        try (Peer peer = Peer.named(scene, scene.address())) {
            news(peer, scene).close();
            publish(peer, scene.address(), "kept for nobody");
        }
        try (Peer peer = Peer.named(scene, scene.address())) {
            Peer.Inbox inbox = news(peer, scene);
            peer.<Void>await(() -> {
                Promise<Void> closed = Promise.promise();
                inbox.receiver().unwrap().closeHandler(any -> closed.complete()).close();
                return closed.future();
            });
        }
        try (Peer peer = Peer.named(scene, scene.address())) {
            assertTrue(news(peer, scene).empty(), "the subscription was still there");
        }
    }

    private static void shares(Peer publisher, Scene scene, List<Peer.Inbox> inboxes) throws Exception {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            bodies.add("m" + i);
        }
        publish(publisher, scene.address(), bodies.toArray(String[]::new));
        List<String> received = new ArrayList<>();
        for (Peer.Inbox inbox : inboxes) {
            received.addAll(inbox.bodies(5));
        }
        Collections.sort(received);
        assertEquals(bodies, received);
    }

    private static Peer.Inbox shared(Peer peer, Scene scene, String linkName, boolean durable) throws Exception {
        AmqpReceiverOptions options = of("topic").addCapability("shared").addCapability("global");
        Peer.Inbox inbox = peer.inbox(
                scene.address(),
                options.setLinkName(linkName).setDurable(durable).setMaxBufferedMessages(5));
        peer.inbox(scene.address("probe"));
        return inbox;
    }

    private static void sharedSubscription(Scene scene) throws Exception {
        try (Peer first = Peer.of(scene);
                Peer second = Peer.of(scene)) {
            Peer.Inbox one = shared(first, scene, "team|global-volatile1", false);
            Peer.Inbox two = shared(second, scene, "team|global-volatile2", false);
            shares(first, scene, List.of(one, two));
        }
    }

    private static void sharedDurable(Scene scene) throws Exception {
        try (Peer first = Peer.of(scene);
                Peer second = Peer.of(scene)) {
            Peer.Inbox one = shared(first, scene, "team|global", true);
            Peer.Inbox two = shared(second, scene, "team|global2", true);
            shares(first, scene, List.of(one, two));
            one.close();
            two.close();
        }
        try (Peer third = Peer.of(scene)) {
            publish(third, scene.address(), "kept");
            assertEquals("kept", shared(third, scene, "team|global", true).body());
        }
    }
}
