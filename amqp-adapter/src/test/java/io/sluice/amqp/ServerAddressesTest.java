package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.amqp.ServerAddresses.Address;
import io.sluice.amqp.ServerAddresses.FurtherPort;
import io.sluice.amqp.ServerAddresses.Node;
import io.sluice.amqp.sasl.PeerSecurity;
import io.sluice.broker.Refusal;
import io.sluice.broker.shard.ShardMailbox;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whichever port a peer came to, it is told of addresses of that protocol. AMQP 1.0 §2.8.15, §2.8.18. */
final class ServerAddressesTest {
    private static final Symbol FAILOVER = Symbol.valueOf("failover-server-list");
    private static final String TEXT = "it is at n1";

    /** It says where clients reach it. */
    private static final Node N1 = new Node(
            new Address("10.0.0.1", 5672, "amqp"),
            List.of(
                    new Address("mq1.example.com", 443, "amqpwss", "/amqp"),
                    new Address("mq1.example.com", 60_000, "amqps")));

    /** It does not. */
    private static final Node N2 = new Node(new Address("fd00::2", 5672, "amqp"), List.of());

    private static final List<FurtherPort> ALIKE =
            List.of(new FurtherPort(5671, "amqps"), new FurtherPort(8080, "amqpws"));

    private final TestBroker broker = new TestBroker();
    private Refusal elsewhere = redirect(Refusal.Kind.LINK_REDIRECT, "10.0.0.1");

    ServerAddressesTest() {
        broker.shards = new Shards() {
            @Override
            public ShardMailbox of(String address) {
                return broker.mailbox;
            }

            @Override
            public Optional<Refusal> elsewhere(String address) {
                return address.equals("far") ? Optional.of(elsewhere) : Optional.empty();
            }
        };
        told(new ServerAddresses(List.of(), List.of(N1, N2), ALIKE));
    }

    private void told(ServerAddresses addresses) {
        broker.opening = new OpenPolicy(Set.of("*"), addresses, new ContainerRegistry());
    }

    /** As a node of the cluster knows another. */
    private static Refusal redirect(Refusal.Kind kind, String host) {
        return new Refusal(kind, TEXT, Map.of("hostname", host, "network-host", host, "port", 5672L, "scheme", "amqp"));
    }

    private TestPeer connect(String scheme) {
        boolean encrypted = scheme.equals("amqps") || scheme.equals("amqpwss");
        TestPeer peer = new TestPeer(
                broker,
                new Peer("test:1", scheme, new PeerSecurity(true, encrypted, Optional.empty(), Optional.empty())));
        peer.bytes(TestPeer.AMQP);
        peer.send(0, TestPeer.openFrame());
        return peer;
    }

    /** As a URI. */
    private static String shown(Map<?, ?> address) {
        int port = ((UnsignedShort) address.get(Symbol.valueOf("port"))).intValue();
        Object path = address.get(Symbol.valueOf("path"));
        return address.get(Symbol.valueOf("scheme")) + "://" + address.get(Symbol.valueOf("network-host")) + ":" + port
                + (path == null ? "" : path);
    }

    private String failover(String scheme) {
        List<?> servers =
                (List<?>) connect(scheme).nextOf(Open.class).getProperties().get(FAILOVER);
        return servers == null
                ? ""
                : servers.stream().map(server -> shown((Map<?, ?>) server)).collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource({
        "amqp, amqp://10.0.0.1:5672 amqp://fd00::2:5672",
        "amqps, amqps://mq1.example.com:60000 amqps://fd00::2:5671",
        "amqpws, amqp://10.0.0.1:5672 amqpws://fd00::2:8080",
        "amqpwss, amqpwss://mq1.example.com:443/amqp amqps://fd00::2:5671"
    })
    void whenThisNodeIsGoneToAnyOfThem(String scheme, String servers) {
        assertEquals(servers, failover(scheme));
    }

    @Test
    void aNodeMaySayWhereItsMainProtocolIsReached() {
        Node outside = new Node(
                N1.main(),
                List.of(new Address("mq1.example.com", 5671, "amqps"), new Address("mq1.example.com", 5670, "amqp")));
        told(new ServerAddresses(List.of(), List.of(outside), ALIKE));
        assertEquals("amqp://mq1.example.com:5670", failover("amqp"));
        assertEquals("amqp://mq1.example.com:5670", failover("amqpws"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"amqps", "amqpwss"})
    void nobodyIsToldToLeaveTls(String scheme) {
        told(new ServerAddresses(List.of(), List.of(N2), List.of()));
        assertEquals("", failover(scheme));
        told(new ServerAddresses(List.of(N2.main()), List.of(N1), ALIKE));
        assertEquals("", failover(scheme));
    }

    @ParameterizedTest
    @CsvSource({
        "amqp, amqp://a:1",
        "amqps, amqps://b:2",
        "amqpws, amqp://a:1 amqps://b:2",
        "amqpwss, amqps://b:2",
    })
    void thoseThatAreListedTakeThePlaceOfTheNodes(String scheme, String servers) {
        told(new ServerAddresses(
                List.of(new Address("a", 1, "amqp"), new Address("b", 2, "amqps")), List.of(N1, N2), ALIKE));
        assertEquals(servers, failover(scheme));
    }

    private static void isSentTo(String address, String hostname, String text, ErrorCondition condition) {
        Map<?, ?> info = condition.getInfo();
        assertEquals(address, shown(info));
        assertEquals(hostname, info.get(Symbol.valueOf("hostname")));
        assertEquals(text, condition.getDescription());
    }

    private ErrorCondition linkRefused(String scheme) {
        TestPeer peer = connect(scheme);
        peer.expect(Open.class);
        peer.send(0, TestPeer.begin());
        peer.expect(Begin.class);
        peer.send(0, TestPeer.sender(0, "s", "far"));
        assertNull(peer.nextOf(Attach.class).getTarget());
        return peer.nextOf(Detach.class).getError();
    }

    private ErrorCondition messageRefused(String scheme) {
        TestPeer peer = connect(scheme);
        peer.expect(Open.class);
        peer.send(0, TestPeer.begin());
        peer.expect(Begin.class);
        peer.attachSender(0, "s", null);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.messageTo("far", "x"));
        return ((Rejected) peer.nextOf(Disposition.class).getState()).getError();
    }

    private ErrorCondition closed(String scheme, String host) {
        broker.opening = broker.opening.closed(redirect(Refusal.Kind.CONNECTION_REDIRECT, host));
        TestPeer peer = connect(scheme);
        peer.expect(Open.class);
        return peer.expect(Close.class).getError();
    }

    @ParameterizedTest
    @CsvSource({
        "amqp, amqp://10.0.0.1:5672, 10.0.0.1, ''",
        "amqps, amqps://mq1.example.com:60000, mq1.example.com, ', by amqps at mq1.example.com:60000'",
        "amqpws, amqp://10.0.0.1:5672, 10.0.0.1, ''",
        "amqpwss, amqpwss://mq1.example.com:443/amqp, mq1.example.com, ', by amqpwss at mq1.example.com:443'"
    })
    void whatAnotherNodeServesIsThere(String scheme, String address, String hostname, String text) {
        isSentTo(address, hostname, TEXT + text, linkRefused(scheme));
        isSentTo(address, hostname, TEXT + text, messageRefused(scheme));
        isSentTo(address, hostname, TEXT + text, closed(scheme, "10.0.0.1"));
    }

    /** One that came to the cluster later than the configuration was read; and one that has no more to say. */
    @ParameterizedTest
    @CsvSource({"10.0.0.9, 10.0.0.9:5671", "fd00::2, [fd00::2]:5671"})
    void otherNodesHaveThePortsThatThisOneHas(String host, String shown) {
        elsewhere = redirect(Refusal.Kind.LINK_REDIRECT, host);
        String text = TEXT + ", by amqps at " + shown;
        isSentTo("amqps://" + host + ":5671", host, text, linkRefused("amqps"));
        isSentTo("amqps://" + host + ":5671", host, text, closed("amqps", host));
    }

    @ParameterizedTest
    @ValueSource(strings = {"amqps", "amqpwss"})
    void whereNoneIsAsSafeThePeerIsNotSentThere(String scheme) {
        told(new ServerAddresses(List.of(), List.of(new Node(N1.main(), List.of())), List.of()));
        String text = TEXT + ", and no address with TLS is known of it";
        for (ErrorCondition condition : List.of(linkRefused(scheme), messageRefused(scheme))) {
            assertEquals(Symbol.valueOf("amqp:link:detach-forced"), condition.getCondition());
            assertEquals(text, condition.getDescription());
            assertNull(condition.getInfo());
        }
        ErrorCondition close = closed(scheme, "10.0.0.1");
        assertEquals(Symbol.valueOf("amqp:connection:forced"), close.getCondition());
        assertEquals(text, close.getDescription());
        assertNull(close.getInfo());
    }

    @Test
    void whereNobodyServesItThatIsWhatAllAreTold() {
        elsewhere = Refusal.of(Refusal.Kind.DETACH_FORCED, "nobody has it");
        assertEquals("nobody has it", linkRefused("amqps").getDescription());
    }
}
