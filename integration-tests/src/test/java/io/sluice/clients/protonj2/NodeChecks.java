package io.sluice.clients.protonj2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import io.sluice.clients.Scene;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.DurabilityMode;
import org.apache.qpid.protonj2.client.ExpiryPolicy;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.SenderOptions;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.UnsignedLong;

/** Nodes that are not plain queues. */
final class NodeChecks {
    private NodeChecks() {}

    static void addTo(ClientSuite suite) {
        suite.can(Feature.ANONYMOUS_TERMINUS, NodeChecks::anonymousTerminus)
                .can(Feature.REQUEST_REPLY, NodeChecks::requestReply)
                .can(Feature.TOPIC, NodeChecks::topic)
                .can(Feature.TOPIC_WILDCARDS, NodeChecks::wildcards)
                .can(Feature.TOPIC_SELECTOR, NodeChecks::topicSelector)
                .can(Feature.NO_LOCAL, NodeChecks::noLocal)
                .can(Feature.DURABLE_SUBSCRIPTION, NodeChecks::durableSubscription)
                .can(Feature.UNSUBSCRIBE, NodeChecks::unsubscribe)
                .can(Feature.SHARED_SUBSCRIPTION, NodeChecks::sharedSubscription)
                .can(Feature.SHARED_DURABLE, NodeChecks::sharedDurable);
    }

    private static void anonymousTerminus(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Sender sender = peer.connection().openAnonymousSender()) {
            for (String n : List.of("1", "2", "3")) {
                Peer.accepted(sender, Message.create("to " + n).to(scene.address(n)));
            }
            for (String n : List.of("1", "2", "3")) {
                assertEquals("to " + n, Peer.body(peer.receiver(scene.address(n))));
            }
        }
    }

    private static void requestReply(Scene scene) throws Exception {
        String replyTo;
        try (Peer server = Peer.of(scene);
                Receiver requests = server.receiver(scene.address());
                Sender answers = server.connection().openAnonymousSender()) {
            try (Peer client = Peer.of(scene);
                    Sender asks = client.connection().openSender(scene.address());
                    Receiver replies = Peer.opened(client.connection().openDynamicReceiver(Peer.oneByOne()))) {
                replyTo = replies.address();
                for (String id : List.of("one", "two")) {
                    Peer.accepted(
                            asks, Message.create("ask " + id).replyTo(replyTo).correlationId(id));
                    Delivery request = Peer.next(requests);
                    Message<String> answer = Message.create("answer " + id);
                    answer.to(request.message().replyTo())
                            .correlationId(request.message().correlationId());
                    Peer.accepted(answers, answer);
                    request.accept();
                    Delivery reply = Peer.next(replies);
                    assertEquals(id, reply.message().correlationId());
                    assertEquals("answer " + id, reply.message().body());
                    reply.accept();
                }
                String address = replyTo;
                assertThrows(ExecutionException.class, () -> server.receiver(address));
            }
            DeliveryState gone = Peer.outcome(answers, Message.create("x").to(replyTo));
            assertEquals(DeliveryState.Type.REJECTED, gone.getType());
        }
    }

    private static Sender publisher(Peer peer, String topic) throws Exception {
        SenderOptions options = new SenderOptions();
        options.targetOptions().capabilities("topic");
        return Peer.opened(peer.connection().openSender(topic, options));
    }

    private static ReceiverOptions topicOptions(String... more) {
        List<String> capabilities = new ArrayList<>(List.of("topic"));
        capabilities.addAll(List.of(more));
        ReceiverOptions options = Peer.oneByOne();
        options.sourceOptions().capabilities(capabilities.toArray(String[]::new));
        return options;
    }

    private static void publish(Peer peer, String topic, String... bodies) throws Exception {
        try (Sender sender = publisher(peer, topic)) {
            for (String body : bodies) {
                Peer.accepted(
                        sender, Message.create(body).property("colour", body).durable(true));
            }
        }
    }

    private static void topic(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Peer other = Peer.of(scene)) {
            publish(peer, scene.address(), "nobody hears");
            Receiver one = peer.receiver(scene.address(), topicOptions());
            Receiver two = other.receiver(scene.address(), topicOptions());
            publish(peer, scene.address(), "a", "b");
            for (Receiver receiver : List.of(one, two)) {
                assertEquals(List.of("a", "b"), Peer.bodies(receiver, 2));
                assertTrue(Peer.empty(receiver));
            }
        }
    }

    private static void wildcards(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            Receiver one = peer.receiver(scene.address("*"), topicOptions());
            Receiver any = peer.receiver(scene.address("#"), topicOptions());
            for (String name : List.of("a", "b", "a.b")) {
                publish(peer, scene.address(name), name);
            }
            assertEquals(List.of("a", "b"), Peer.bodies(one, 2));
            assertTrue(Peer.empty(one));
            assertEquals(List.of("a", "b", "a.b"), Peer.bodies(any, 3));
        }
    }

    private static void topicSelector(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            ReceiverOptions options = topicOptions();
            options.sourceOptions()
                    .addFilter("selector", Symbol.valueOf("apache.org:selector-filter:string"), "colour = 'red'");
            Receiver receiver = peer.receiver(scene.address(), options);
            publish(peer, scene.address(), "red", "blue", "red");
            assertEquals(List.of("red", "red"), Peer.bodies(receiver, 2));
            assertTrue(Peer.empty(receiver));
        }
    }

    private static void noLocal(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Peer other = Peer.of(scene)) {
            ReceiverOptions options = topicOptions();
            options.sourceOptions().addFilter("no-local", UnsignedLong.valueOf(0x468C00000003L), List.of());
            Receiver receiver = peer.receiver(scene.address(), options);
            publish(peer, scene.address(), "mine");
            publish(other, scene.address(), "theirs");
            assertEquals("theirs", Peer.body(receiver));
            assertTrue(Peer.empty(receiver));
        }
    }

    private static Receiver news(Peer peer, Scene scene) throws Exception {
        return Peer.opened(peer.connection().openDurableReceiver(scene.address(), "news", topicOptions()));
    }

    private static void detach(Receiver receiver) throws Exception {
        receiver.detachAsync().get(Peer.WAIT_SECONDS, TimeUnit.SECONDS);
    }

    private static void durableSubscription(Scene scene) throws Exception {
        try (Peer away = Peer.named(scene, scene.address())) {
            detach(news(away, scene));
        }
        try (Peer other = Peer.of(scene)) {
            publish(other, scene.address(), "a", "b");
        }
        try (Peer back = Peer.named(scene, scene.address())) {
            Receiver receiver = news(back, scene);
            assertEquals(List.of("a", "b"), Peer.bodies(receiver, 2));
            assertTrue(Peer.empty(receiver));
        }
    }

    /** The client attaches with an address always: closing the link, in place of detaching it, ends the subscription. */
    private static void unsubscribe(Scene scene) throws Exception {
        try (Peer peer = Peer.named(scene, scene.address())) {
            detach(news(peer, scene));
            publish(peer, scene.address(), "kept for nobody");
            news(peer, scene).closeAsync().get(Peer.WAIT_SECONDS, TimeUnit.SECONDS);
            assertTrue(Peer.empty(news(peer, scene)), "the subscription was still there");
        }
    }

    private static void shares(Peer publisher, Scene scene, Receiver one, Receiver two) throws Exception {
        Peer.giveCredit(one, 5);
        Peer.giveCredit(two, 5);
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            bodies.add("m" + i);
        }
        publish(publisher, scene.address(), bodies.toArray(String[]::new));
        List<String> received = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Delivery delivery = Peer.take(i % 2 == 0 ? one : two);
            received.add((String) delivery.message().body());
            delivery.accept();
        }
        Collections.sort(received);
        assertEquals(bodies, received);
    }

    private static ReceiverOptions shared(String linkName) {
        return topicOptions("shared", "global").linkName(linkName);
    }

    private static ReceiverOptions sharedDurable(String linkName) {
        ReceiverOptions options = shared(linkName);
        options.sourceOptions().durabilityMode(DurabilityMode.UNSETTLED_STATE).expiryPolicy(ExpiryPolicy.NEVER);
        return options;
    }

    private static void sharedSubscription(Scene scene) throws Exception {
        try (Peer first = Peer.of(scene);
                Peer second = Peer.of(scene)) {
            Receiver one = first.receiver(scene.address(), shared("team|global-volatile1"));
            Receiver two = second.receiver(scene.address(), shared("team|global-volatile2"));
            shares(first, scene, one, two);
        }
    }

    private static void sharedDurable(Scene scene) throws Exception {
        try (Peer first = Peer.of(scene);
                Peer second = Peer.of(scene)) {
            Receiver one = first.receiver(scene.address(), sharedDurable("team|global"));
            Receiver two = second.receiver(scene.address(), sharedDurable("team|global2"));
            shares(first, scene, one, two);
            detach(one);
            detach(two);
        }
        try (Peer third = Peer.of(scene)) {
            publish(third, scene.address(), "kept");
            assertEquals("kept", Peer.body(third.receiver(scene.address(), sharedDurable("team|global"))));
        }
    }
}
