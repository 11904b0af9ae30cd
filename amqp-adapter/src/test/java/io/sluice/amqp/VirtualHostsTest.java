package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.VirtualHosts.VirtualHost;
import io.sluice.broker.security.Principal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Virtual hosts that a peer chooses by the hostname of its open: each has queues, links and containers of its own. */
class VirtualHostsTest {
    private static final int MAX_CONNECTIONS = 3;

    private final TestBroker broker = new TestBroker();
    private final TestBroker blue = new TestBroker();

    @BeforeEach
    void set() {
        broker.connections.include(blue.connections);
        broker.opening = OpenPolicy.open()
                .with(new VirtualHosts(List.of(new VirtualHost(
                        "blue",
                        Set.of("blue.example.com"),
                        user -> !user.name().equals("stranger"),
                        MAX_CONNECTIONS,
                        blue.environment()))));
    }

    private TestPeer open(String container, String hostname) {
        TestPeer peer = new TestPeer(broker);
        peer.bytes(TestPeer.AMQP);
        peer.send(0, frame(container, hostname));
        return peer;
    }

    private static Open frame(String container, String hostname) {
        Open open = TestPeer.openFrame();
        open.setContainerId(container);
        open.setHostname(hostname);
        return open;
    }

    private TestPeer begun(String container, String hostname) {
        TestPeer peer = open(container, hostname);
        peer.expect(Open.class);
        peer.send(0, TestPeer.begin());
        peer.expect(Begin.class);
        return peer;
    }

    /** What a peer sends to "q". */
    private void publish(TestPeer peer, TestBroker to) {
        peer.send(0, TestPeer.sender(0, "sender", "q"));
        to.run();
        peer.expect(Attach.class);
        peer.expect(Flow.class);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("x"));
        to.run();
        peer.expect(Disposition.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"blue", "BLUE", "vhost:blue", "blue.example.com", "Blue.Example.com:5672", "blue:5671"})
    void itsQueuesAreItsOwn(String hostname) {
        publish(begun("c", hostname), blue);
        assertEquals(1, blue.status("q").messages());
        assertEquals(0, broker.status("q").messages());
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "vhost:/", "", "mq.example.com"})
    void anyOtherNameIsTheDefaultHost(String hostname) {
        publish(begun("c", hostname), broker);
        assertEquals(1, broker.status("q").messages());
        assertEquals(0, blue.status("q").messages());
    }

    @Test
    void thePeerIsToldWhichOneItOpened() {
        Symbol key = Symbol.valueOf("virtual-host");
        assertEquals(
                "blue", open("c", "BLUE").expect(Open.class).getProperties().get(key));
        assertFalse(open("c", "green").expect(Open.class).getProperties().containsKey(key));
    }

    @Test
    void linksOfTheSameNameOfTwoHostsAreTwo() {
        TestPeer first = begun("c", "localhost");
        publish(first, broker);
        TestPeer second = begun("c", "blue");
        publish(second, blue);
        TestPeer thief = begun("c", "blue");
        thief.send(0, TestPeer.sender(0, "sender", "q"));
        blue.run();
        thief.expect(Attach.class);
        assertEquals(
                Symbol.valueOf("amqp:link:stolen"),
                second.nextOf(Detach.class).getError().getCondition());
        first.settle();
        first.expectNothing();
    }

    @Test
    void aContainerHasItsOnlyConnectionInEach() {
        Symbol sole = Symbol.valueOf("sole-connection-for-container");
        Symbol policy = Symbol.valueOf("sole-connection-enforcement-policy");
        for (String hostname : List.of("localhost", "blue")) {
            Open open = frame("c", hostname);
            open.setDesiredCapabilities(sole);
            open.setProperties(Map.of(policy, UnsignedInteger.ZERO));
            TestPeer peer = new TestPeer(broker);
            peer.bytes(TestPeer.AMQP);
            peer.send(0, open);
            peer.expect(Open.class);
            peer.settle();
            assertFalse(peer.closed, hostname);
        }
        Open again = frame("c", "blue");
        again.setDesiredCapabilities(sole);
        TestPeer refused = new TestPeer(broker);
        refused.bytes(TestPeer.AMQP);
        refused.send(0, again);
        refused.nextOf(Open.class);
        refused.expectClose("amqp:invalid-field");
    }

    @Test
    void whoIsNotAdmittedIsRefusedAndNothingIsOpened() {
        TestPeer peer = new TestPeer(broker);
        peer.bytes(TestPeer.SASL);
        SaslInit init = new SaslInit();
        init.setMechanism(Symbol.valueOf("PLAIN"));
        init.setInitialResponse(new Binary("\0stranger\0secret".getBytes(StandardCharsets.UTF_8)));
        peer.sasl(init);
        peer.bytes(TestPeer.AMQP);
        peer.send(0, frame("c", "blue"));
        peer.nextOf(Open.class);
        Close close = peer.expect(Close.class);
        assertEquals(Symbol.valueOf("amqp:not-allowed"), close.getError().getCondition());
        assertEquals(
                "user 'stranger' may not use the virtual host 'blue'",
                close.getError().getDescription());
        assertEquals(List.of(), blue.connections.numbers());
    }

    @Test
    void itHasNoMoreConnectionsThanItMay() {
        TestPeer first = open("c0", "blue");
        for (int i = 1; i < MAX_CONNECTIONS; i++) {
            open("c" + i, "blue").expect(Open.class);
        }
        TestPeer refused = open("c9", "blue");
        refused.nextOf(Open.class);
        refused.expectClose("amqp:resource-limit-exceeded");
        open("c9", "localhost").expect(Open.class);

        first.send(0, new Close());
        first.settle();
        TestPeer next = open("c9", "blue");
        next.expect(Open.class);
        next.settle();
        assertFalse(next.closed);
    }

    @Test
    void administratorsSeeTheConnectionsOfTheirHostAndRemovedUsersLoseAllOfThem() {
        TestPeer here = open("c", "localhost");
        TestPeer there = open("c", "blue");
        assertEquals(1, broker.connections.numbers().size());
        assertEquals(1, blue.connections.numbers().size());
        broker.connections.closeUser(Principal.ANONYMOUS, "removed");
        broker.run();
        for (TestPeer peer : List.of(here, there)) {
            peer.nextOf(Open.class);
            assertEquals(
                    Symbol.valueOf("amqp:unauthorized-access"),
                    peer.nextOf(Close.class).getError().getCondition());
        }
    }

    @Test
    void twoHostsHaveNoNameInCommon() {
        List<VirtualHost> hosts = List.of(
                new VirtualHost("blue", Set.of(), user -> true, 1, blue.environment()),
                new VirtualHost("red", Set.of("BLUE"), user -> true, 1, blue.environment()));
        String text = assertThrows(IllegalArgumentException.class, () -> new VirtualHosts(hosts))
                .getMessage();
        assertTrue(text.contains("'blue' and 'red' are both called 'BLUE'"), text);
    }
}
