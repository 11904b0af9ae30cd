package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.broker.Dispatching;
import io.sluice.broker.QueueDefinition;
import java.util.Map;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.Test;

/** Flows that say whether a consumer is the one that gets everything. */
class LinkActivityTest {
    private static final byte[] NONE = new byte[0];

    private final TestBroker broker = newBroker();

    LinkActivityTest() {
        broker.declare(
                QueueDefinition.named("single").withDispatching(Dispatching.DEFAULT.withSingleActiveConsumer(true)));
    }

    TestBroker newBroker() {
        return new TestBroker();
    }

    /** One that says it is a client of RabbitMQ's. */
    private TestPeer rabbit() {
        TestPeer peer = new TestPeer(broker);
        peer.bytes(TestPeer.AMQP);
        Open open = TestPeer.openFrame();
        open.setHostname("vhost:/");
        peer.send(0, open);
        peer.expect(Open.class);
        peer.send(0, TestPeer.begin());
        peer.expect(Begin.class);
        return peer;
    }

    private static Map<?, ?> notice(TestPeer peer) {
        return peer.expect(Flow.class).getProperties();
    }

    @Test
    void consumersHearWhichOfThemIsTheOne() {
        TestPeer first = TestPeer.begun(broker);
        first.attachReceiver(0, "first", "single");
        first.send(0, TestPeer.credit(0, 0, 10));
        assertEquals(Map.of(LinkNotices.ACTIVE, true), notice(first));

        TestPeer second = TestPeer.begun(broker);
        second.attachReceiver(0, "second", "single");
        second.send(0, TestPeer.credit(0, 0, 10));
        Flow standsBy = second.expect(Flow.class);
        assertEquals(Map.of(LinkNotices.ACTIVE, false), standsBy.getProperties());
        assertEquals(UnsignedInteger.ZERO, standsBy.getHandle());
        assertEquals(UnsignedInteger.ZERO, standsBy.getDeliveryCount());
        assertEquals(UnsignedInteger.valueOf(10), standsBy.getLinkCredit());

        first.send(0, TestPeer.detach(0, true));
        second.drain();
        assertEquals(Map.of(LinkNotices.ACTIVE, true), notice(second));
    }

    @Test
    void whereAllShareOnlyRabbitMqsClientsAreTold() {
        TestPeer plain = TestPeer.begun(broker);
        plain.attachReceiver(0, "plain", "q");
        plain.send(0, TestPeer.credit(0, 0, 10));
        plain.expectNothing();

        TestPeer rabbit = rabbit();
        rabbit.attachReceiver(0, "rabbit", "q");
        rabbit.send(0, TestPeer.credit(0, 0, 10));
        assertEquals(Map.of(LinkNotices.ACTIVE, true), notice(rabbit));
        rabbit.send(0, TestPeer.credit(0, 0, 20));
        rabbit.expectNothing();
    }

    @Test
    void aBrowserAndAnEchoSayNothingOfIt() {
        TestPeer peer = TestPeer.begun(broker);
        Attach browser = TestPeer.receiver(0, "browser", "single");
        ((Source) browser.getSource()).setDistributionMode(Terminus.COPY);
        peer.send(0, browser);
        peer.expect(Attach.class);
        Flow echo = TestPeer.credit(0, 0, 10);
        echo.setEcho(true);
        peer.send(0, echo);
        assertNull(notice(peer));
        peer.expectNothing();
    }

    @Test
    void aLinkThatGoesBeforeItIsToldIsNotTold() {
        TestPeer first = TestPeer.begun(broker);
        first.attachReceiver(0, "first", "single");
        first.send(0, TestPeer.credit(0, 0, 10));
        notice(first);
        TestPeer second = TestPeer.begun(broker);
        second.pipelined(0, TestPeer.receiver(0, "second", "single"), NONE);
        second.pipelined(0, TestPeer.credit(0, 0, 10), NONE);
        second.send(0, TestPeer.detach(0, true));
        second.expect(Attach.class);
        second.nextOf(Detach.class);
        second.send(0, TestPeer.receiver(0, "third", "single"));
        second.expect(Attach.class);
        second.send(0, TestPeer.credit(0, 0, 10));
        assertEquals(Map.of(LinkNotices.ACTIVE, false), notice(second));
        second.expectNothing();
    }
}
