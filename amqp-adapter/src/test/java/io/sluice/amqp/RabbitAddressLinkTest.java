package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.NamePattern;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.security.Permissions.Action;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Links by addresses as RabbitMQ 4 writes them, of any client; and what its own clients mean by an outcome. */
class RabbitAddressLinkTest {
    private final TestBroker broker = new TestBroker();
    private TestPeer peer = TestPeer.begun(broker);

    private void refused(Attach attach, String condition, String text) {
        peer.send(0, attach);
        Attach answer = peer.nextOf(Attach.class);
        assertNull(attach.getRole() == Role.SENDER ? answer.getTarget() : answer.getSource());
        Detach detach = peer.nextOf(Detach.class);
        assertEquals(Symbol.valueOf(condition), detach.getError().getCondition());
        assertTrue(
                detach.getError().getDescription().contains(text),
                detach.getError().getDescription());
    }

    private static Map<?, ?> annotations(byte[] payload) {
        org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
        message.decode(payload, 0, payload.length);
        return message.getMessageAnnotations() == null
                ? Map.of()
                : message.getMessageAnnotations().getValue();
    }

    @Test
    void aMessageGoesThroughAndSaysWhereItWasSent() {
        broker.declare(QueueDefinition.named("a/b"));
        peer.send(0, TestPeer.sender(0, "s", "/queues/a%2Fb"));
        assertEquals("/queues/a%2Fb", ((Target) peer.nextOf(Attach.class).getTarget()).getAddress());
        peer.send(0, TestPeer.receiver(1, "r", "/queues/a%2Fb"));
        assertEquals("/queues/a%2Fb", ((Source) peer.nextOf(Attach.class).getSource()).getAddress());
        peer.send(0, TestPeer.credit(1, 0, 5));
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("hello"));
        assertEquals(
                Map.of(Symbol.valueOf("x-exchange"), "", Symbol.valueOf("x-routing-key"), "a/b"),
                annotations(peer.transfers().get(0).payload()));
    }

    @Test
    void aMessageByAPlainAddressSaysNothing() {
        peer.attachSender(0, "s", "q");
        peer.send(0, TestPeer.receiver(1, "r", "/queues/q"));
        peer.send(0, TestPeer.credit(1, 0, 5));
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("hello"));
        assertEquals(Map.of(), annotations(peer.transfers().get(0).payload()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noQueueComesToBeByIt(boolean apart) {
        TestBroker other = apart ? TestBroker.apart() : broker;
        peer = TestPeer.begun(other);
        refused(TestPeer.sender(0, "s", "/queues/auto.x"), "amqp:not-found", "there is no queue 'auto.x'");
        refused(TestPeer.receiver(1, "r", "/queues/auto.x"), "amqp:not-found", "there is no queue 'auto.x'");
        assertEquals(List.of("q"), other.queues());
        peer.attachReceiverNext(2, "plain", "auto.x");
        assertEquals(List.of("auto.x", "q"), other.queues());
        peer.attachReceiverNext(3, "r2", "/queues/auto.x");
    }

    @Test
    void whatIsWrittenWrongIsRefused() {
        refused(TestPeer.sender(0, "s", "/queues/a%2"), "amqp:invalid-field", "two hexadecimal digits");
        refused(TestPeer.receiver(1, "r", "/queues/a/b"), "amqp:invalid-field", "one part too many");
        refused(TestPeer.receiver(2, "x", "/exchanges/x"), "amqp:invalid-field", "nobody receives from an exchange");
    }

    @Test
    void permissionsAreOfTheNameItStandsFor() {
        broker.declare(QueueDefinition.named("a/b"));
        broker.permissions = Optional.of(new Permissions(Map.of(Action.SEND, List.of(new NamePattern("a/*")))));
        peer = TestPeer.begun(broker);
        peer.attachSender(0, "s", "/queues/a%2Fb");
        refused(TestPeer.sender(1, "t", "/queues/q"), "amqp:unauthorized-access", "may not send to 'q'");
    }

    private Object sentTo(int id, String to) {
        peer.send(0, TestPeer.transfer(0, id), TestPeer.messageTo(to, "m" + id));
        return peer.nextOf(Disposition.class).getState();
    }

    @Test
    void aMessageMaySayItItself() {
        peer.attachSender(0, "s", null);
        assertEquals(Accepted.getInstance(), sentTo(0, "/queues/q"));
        assertEquals(Released.getInstance(), sentTo(1, "/queues/auto.nobody"));
        Rejected wrong = (Rejected) sentTo(2, "/queues/%zz");
        assertEquals(Symbol.valueOf("amqp:invalid-field"), wrong.getError().getCondition());
        // As RabbitMQ has it: no queue may be no fault of the message, but an exchange is there or its sender is
        // mistaken.
        Rejected noExchange = (Rejected) sentTo(3, "/exchanges/nobody/key");
        assertEquals(Symbol.valueOf("amqp:not-found"), noExchange.getError().getCondition());
        assertEquals(Released.getInstance(), sentTo(4, "/exchanges/amq.topic/key"));
        assertEquals(Accepted.getInstance(), sentTo(5, "auto.plain"));
        assertEquals(List.of("auto.plain", "q"), broker.queues());
        assertEquals(1, broker.status("q").messages());
    }

    private TestPeer rabbit() {
        TestPeer client = new TestPeer(broker);
        Open open = TestPeer.openFrame();
        open.setHostname("vhost:/");
        client.bytes(TestPeer.AMQP);
        client.send(0, open);
        client.send(0, TestPeer.begin());
        client.nextOf(Begin.class);
        return client;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsUndeliverableIsDiscardedByRabbitsClientsAndForOthersByThoseOfNobody(boolean rabbits) {
        broker.declare(QueueDefinition.named("dead"));
        broker.declare(QueueDefinition.named("work")
                .withDeadLetter(new QueueDefinition.DeadLetter(Optional.of("dead"), Optional.empty(), 0)));
        TestPeer standsBy = TestPeer.begun(broker);
        standsBy.attachReceiver(0, "other", "work");
        peer = rabbits ? rabbit() : peer;
        peer.attachSender(0, "s", "work");
        peer.send(0, TestPeer.receiver(1, "r", "work"));
        peer.send(0, TestPeer.credit(1, 0, 5));
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("hello"));
        Modified modified = new Modified();
        modified.setDeliveryFailed(true);
        modified.setUndeliverableHere(true);
        modified.setMessageAnnotations(new HashMap<>(Map.of(Symbol.valueOf("x-opt-why"), "no use")));
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 0, true, modified));
        assertEquals(rabbits ? 1 : 0, broker.status("dead").messages());
        assertEquals(rabbits ? 0 : 1, broker.status("work").messages());
        if (rabbits) {
            TestPeer reader = TestPeer.begun(broker);
            reader.attachReceiver(0, "dead", "dead");
            reader.send(0, TestPeer.credit(0, 0, 1));
            assertEquals(
                    "no use", annotations(reader.transfers().get(0).payload()).get(Symbol.valueOf("x-opt-why")));
        }
    }

    /** Beside those that the broker is configured to give to everybody. */
    @Test
    void aDeadLetterTellsRabbitsClientsByTheirNamesToo() {
        broker.declare(QueueDefinition.named("dead"));
        broker.declare(QueueDefinition.named("work")
                .withDeadLetter(new QueueDefinition.DeadLetter(Optional.of("dead"), Optional.empty(), 0)));
        peer.attachSender(0, "s", "work");
        peer.send(0, TestPeer.receiver(1, "r", "work"));
        peer.send(0, TestPeer.credit(1, 0, 5));
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("hello"));
        Rejected rejected = new Rejected();
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 0, true, rejected));
        peer.transfers();

        Map<?, ?> plain = browsed(TestPeer.begun(broker));
        assertEquals("work", plain.get(Symbol.valueOf("x-opt-dead-letter-queue")));
        assertFalse(plain.containsKey(Symbol.valueOf("x-opt-deaths")), plain.toString());

        Map<?, ?> rabbits = browsed(rabbit());
        assertEquals("work", rabbits.get(Symbol.valueOf("x-opt-dead-letter-queue")));
        assertEquals("work", rabbits.get(Symbol.valueOf("x-first-death-queue")));
        Map<?, ?> death = (Map<?, ?>) ((Object[]) rabbits.get(Symbol.valueOf("x-opt-deaths")))[0];
        assertEquals("work", death.get(Symbol.valueOf("queue")));
        assertEquals(Symbol.valueOf("rejected"), death.get(Symbol.valueOf("reason")));
        assertFalse(rabbits.containsKey(Symbol.valueOf("x-opt-ORIG-QUEUE")), rabbits.toString());
    }

    private static Map<?, ?> browsed(TestPeer reader) {
        Attach browser = TestPeer.receiver(0, "dead", "dead");
        ((Source) browser.getSource()).setDistributionMode(Symbol.valueOf("copy"));
        reader.send(0, browser);
        reader.nextOf(Attach.class);
        reader.send(0, TestPeer.credit(0, 0, 1));
        return annotations(reader.transfers().get(0).payload());
    }
}
