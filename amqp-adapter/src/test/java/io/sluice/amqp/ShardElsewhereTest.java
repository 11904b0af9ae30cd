package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.broker.Refusal;
import io.sluice.broker.shard.ShardMailbox;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.junit.jupiter.api.Test;

/** What another node serves: names with "far", and the first temporary node. AMQP 1.0 §2.8.18. */
final class ShardElsewhereTest {
    private final TestBroker broker = new TestBroker();
    private final TestPeer peer;
    private boolean known = true;

    ShardElsewhereTest() {
        broker.shards = new Shards() {
            @Override
            public ShardMailbox of(String address) {
                return broker.mailbox;
            }

            @Override
            public Optional<Refusal> elsewhere(String address) {
                return address.contains("far") || address.endsWith("node1")
                        ? Optional.of(known ? redirect() : nobody())
                        : Optional.empty();
            }
        };
        peer = TestPeer.begun(broker);
    }

    private static Refusal redirect() {
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("hostname", "b.example.com");
        info.put("network-host", "10.0.0.2");
        info.put("port", 60_000L);
        info.put("scheme", "amqps");
        return new Refusal(Refusal.Kind.LINK_REDIRECT, "it is at b", info);
    }

    private static Refusal nobody() {
        return Refusal.of(Refusal.Kind.DETACH_FORCED, "nobody has it");
    }

    private ErrorCondition refused(Attach attach) {
        attach.setSndSettleMode(SenderSettleMode.UNSETTLED);
        attach.setRcvSettleMode(ReceiverSettleMode.SECOND);
        peer.send(0, attach);
        Attach answer = peer.nextOf(Attach.class);
        assertEquals(SenderSettleMode.UNSETTLED, answer.getSndSettleMode());
        assertEquals(ReceiverSettleMode.SECOND, answer.getRcvSettleMode());
        assertNull(attach.getRole() == Role.SENDER ? answer.getTarget() : answer.getSource());
        return peer.nextOf(Detach.class).getError();
    }

    private static void isRedirect(ErrorCondition condition) {
        assertEquals(Symbol.valueOf("amqp:link:redirect"), condition.getCondition());
        assertEquals("it is at b", condition.getDescription());
        assertEquals(
                Map.of(
                        Symbol.valueOf("hostname"), "b.example.com",
                        Symbol.valueOf("network-host"), "10.0.0.2",
                        Symbol.valueOf("port"), UnsignedShort.valueOf("60000"),
                        Symbol.valueOf("scheme"), "amqps"),
                condition.getInfo());
    }

    @Test
    void linksAreSentThereAndTheConnectionGoesOn() {
        broker.autoCreate = name -> true;
        isRedirect(refused(TestPeer.sender(0, "s", "far")));
        isRedirect(refused(TestPeer.receiver(1, "r", "far")));
        isRedirect(refused(TestPeer.sender(2, "t", "topic.far")));
        isRedirect(refused(TestPeer.receiver(3, "u", "topic.far")));
        assertEquals(java.util.List.of("q"), broker.queues());
        peer.attachSender(4, "v", "q");
    }

    @Test
    void linksAreToComeAgainWhereNobodyServesIt() {
        known = false;
        ErrorCondition condition = refused(TestPeer.sender(0, "s", "far"));
        assertEquals(Symbol.valueOf("amqp:link:detach-forced"), condition.getCondition());
        assertNull(condition.getInfo());
    }

    @Test
    void aMessageOverTheAnonymousTerminusIsRejected() {
        peer.attachSender(0, "s", null);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.messageTo("far", "x"));
        isRedirect(
                assertInstanceOf(Rejected.class, peer.nextOf(Disposition.class).getState())
                        .getError());
        peer.send(0, TestPeer.transfer(0, 1), TestPeer.messageTo("q", "x"));
        assertInstanceOf(Accepted.class, peer.nextOf(Disposition.class).getState());
    }

    @Test
    void aDynamicNodeIsMadeHere() {
        Attach dynamic = TestPeer.receiver(0, "d", null);
        ((Source) dynamic.getSource()).setDynamic(true);
        peer.send(0, dynamic);
        assertEquals("$temporary/node2", ((Source) peer.nextOf(Attach.class).getSource()).getAddress());
    }
}
