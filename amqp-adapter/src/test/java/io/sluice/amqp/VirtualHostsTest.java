package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.VirtualHosts.VirtualHost;
import io.sluice.amqp.sasl.PeerSecurity;
import io.sluice.broker.NamePattern;
import io.sluice.broker.Refusal;
import io.sluice.broker.security.AcceptedTokens;
import io.sluice.broker.security.HostUsers;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.security.Permissions.Action;
import io.sluice.broker.security.Principal;
import io.sluice.broker.security.ScramPassword;
import io.sluice.broker.security.StoredPassword;
import io.sluice.broker.security.TokenGrant;
import io.sluice.broker.security.User;
import io.sluice.broker.security.Users;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Virtual hosts that a peer chooses by the hostname of its open: each has queues, links and containers of its own. */
class VirtualHostsTest {
    private static final int MAX_CONNECTIONS = 3;

    private final TestBroker broker = new TestBroker();
    private final TestBroker blue = new TestBroker();
    private Optional<Refusal> elsewhere = Optional.empty();

    /** What stands of users in "blue". */
    private Map<String, User> accounts = Map.of();

    @BeforeEach
    void set() {
        broker.connections.include(blue.connections);
        HostUsers users = new HostUsers(
                "blue",
                new Users(
                        Map.of(),
                        () -> accounts,
                        new Users.Policy(Users.Anonymous.NEVER, Users.Plain.NEVER),
                        new SecureRandom()),
                broker,
                new SecureRandom());
        broker.users = name -> !name.contains("@");
        broker.opening = OpenPolicy.open()
                .with(new VirtualHosts(List.of(
                        new VirtualHost(
                                "blue",
                                Set.of("blue.example.com"),
                                user -> users.admits(user)
                                        || (user.virtualHost().isEmpty()
                                                && !user.name().equals("stranger")),
                                MAX_CONNECTIONS,
                                blue.environment().withAuthenticator(users),
                                () -> elsewhere),
                        new VirtualHost(
                                "red",
                                Set.of(),
                                user -> true,
                                MAX_CONNECTIONS,
                                new TestBroker().environment(),
                                Optional::empty))));
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

    /** Logged in by PLAIN. @param askedFor the hostname of the SASL init; null for none */
    private TestPeer loggedIn(Peer security, String user, String password, String askedFor) {
        return loggedInBy("PLAIN", "\0" + user + "\0" + password, security, askedFor);
    }

    private TestPeer loggedInBy(String mechanism, String response, Peer security, String askedFor) {
        TestPeer peer = new TestPeer(broker, security);
        peer.bytes(TestPeer.SASL);
        SaslInit init = new SaslInit();
        init.setMechanism(Symbol.valueOf(mechanism));
        init.setHostname(askedFor);
        init.setInitialResponse(new Binary(response.getBytes(StandardCharsets.UTF_8)));
        peer.sasl(init);
        return peer;
    }

    private TestPeer loggedIn(String user, String password, String askedFor) {
        return loggedIn(new Peer("test:1", true), user, password, askedFor);
    }

    private static void opens(TestPeer peer, String hostname) {
        peer.bytes(TestPeer.AMQP);
        peer.send(0, frame("c", hostname));
    }

    private static void refused(TestPeer peer, String hostname, String text) {
        opens(peer, hostname);
        peer.nextOf(Open.class);
        Close close = peer.expect(Close.class);
        assertEquals(Symbol.valueOf("amqp:not-allowed"), close.getError().getCondition());
        assertEquals(text, close.getError().getDescription());
    }

    /** @return as an administrator of that host sees its only connection */
    private ConnectionStatus only(TestBroker host) {
        List<Long> numbers = host.connections.numbers();
        assertEquals(1, numbers.size());
        List<ConnectionStatus> found = new ArrayList<>();
        host.connections.status(numbers.get(0), status -> status.ifPresent(found::add));
        broker.run();
        return found.get(0);
    }

    private void account(String name, String password) {
        accounts = Map.of(
                name,
                User.of(
                        name,
                        StoredPassword.create(password, ScramPassword.MIN_ITERATIONS, new SecureRandom()),
                        false));
    }

    private void entry(String name, Action action) {
        Permissions some = new Permissions(Map.of(action, List.of(new NamePattern("q"))));
        accounts = Map.of(name, new User(name, Optional.empty(), false, Optional.of(some)));
    }

    @Test
    void whoIsNotAdmittedIsRefusedAndNothingIsOpened() {
        refused(loggedIn("stranger", "secret", null), "blue", "user 'stranger' may not use the virtual host 'blue'");
        assertEquals(List.of(), blue.connections.numbers());
    }

    @ParameterizedTest
    @CsvSource({"blue,blue", "vhost:blue,vhost:blue", "blue,", "blue,10.0.0.1", "Blue.Example.com:5672,mq.example.com"})
    void anAccountOpensItsHost(String askedFor, String hostname) {
        account("stranger", "of blue");
        TestPeer peer = loggedIn("stranger", "of blue", askedFor);
        opens(peer, hostname);
        assertEquals("blue", peer.nextOf(Open.class).getProperties().get(Symbol.valueOf("virtual-host")));
        ConnectionStatus status = only(blue);
        assertEquals(new ConnectionStatus.User("stranger", "blue"), status.user());
        assertEquals("blue", status.virtualHost());
    }

    @ParameterizedTest
    @ValueSource(strings = {"red", "vhost:/", "vhost:red"})
    void anAccountOpensNoOther(String hostname) {
        account("anna", "of blue");
        refused(
                loggedIn("anna", "of blue", "blue"),
                hostname,
                "user 'anna' is one of the virtual host 'blue', and may use no other");
        assertEquals(List.of(), broker.connections.numbers());
    }

    @Test
    void anAccountIsNoUserWhereItsHostIsNotAskedFor() {
        account("anna", "of blue");
        TestPeer peer = loggedIn("anna", "of blue", "mq.example.com");
        peer.settle();
        assertTrue(peer.closed);
        TestPeer byName = loggedIn("anna@blue", "of blue", "mq.example.com");
        opens(byName, "mq.example.com");
        byName.nextOf(Open.class);
        assertEquals(new ConnectionStatus.User("anna", "blue"), only(blue).user());
    }

    @Test
    void aNameThatIsNoneOfOursIsRefusedWhateverHostWasAskedFor() {
        account("anna", "of blue");
        refused(loggedIn("anna", "of blue", "blue"), "vhost:blu", "there is no virtual host 'blu'");
        refused(loggedIn("bert", "secret", "blue"), "vhost:blu", "there is no virtual host 'blu'");
    }

    @Test
    void whatTlsWasAskedForCountsWhereTheLoginAsksForNothing() {
        account("anna", "of blue");
        PeerSecurity sni = new PeerSecurity(false, true, Optional.empty(), Optional.of("blue.example.com"));
        TestPeer peer = loggedIn(new Peer("test:1", sni), "anna", "of blue", null);
        opens(peer, "blue.example.com");
        peer.nextOf(Open.class);
        assertEquals(new ConnectionStatus.User("anna", "blue"), only(blue).user());
    }

    @Test
    void whoSpeaksNoSaslIsTakenToTheHostThatTlsWasAskedFor() {
        PeerSecurity sni = new PeerSecurity(true, true, Optional.empty(), Optional.of("blue.example.com"));
        TestPeer peer = new TestPeer(broker, new Peer("test:1", sni));
        opens(peer, null);
        peer.nextOf(Open.class);
        assertEquals(new ConnectionStatus.User("anonymous", "/"), only(blue).user());
    }

    @ParameterizedTest
    @CsvSource({"blue,blue", "vhost:/,/"})
    void whomACertificateOrATokenNamesIsLookedForInTheHostAskedFor(String askedFor, String userOf) {
        account("anna", "of blue");
        broker.tokens = new AcceptedTokens(Optional.of(VirtualHostsTest::verified), Optional.empty(), false, 1000);
        PeerSecurity certified = new PeerSecurity(false, true, Optional.of("anna"), Optional.empty());
        TestPeer byCertificate = loggedInBy("EXTERNAL", "", new Peer("test:1", certified), askedFor);
        TestPeer byToken =
                loggedInBy("OAUTHBEARER", "n,,\1auth=Bearer anna\1\1", new Peer("test:2", certified), askedFor);
        for (TestPeer peer : List.of(byCertificate, byToken)) {
            opens(peer, null);
            peer.nextOf(Open.class);
            assertEquals(
                    new ConnectionStatus.User("anna", userOf),
                    only(userOf.equals("blue") ? blue : broker).user());
            peer.send(0, new Close());
            peer.settle();
        }
    }

    @Test
    void anAccountCalledAnonymousIsNotWhoHasNoCredentials() {
        account("anonymous", "of blue");
        TestPeer peer = loggedInBy("ANONYMOUS", "", new Peer("test:1", true), "blue");
        opens(peer, null);
        peer.nextOf(Open.class);
        assertEquals(new ConnectionStatus.User("anonymous", "/"), only(blue).user());
    }

    /** Tokens that are the name of their bearer, and say nothing else. */
    private static TokenGrant verified(String token, long nowMillis) {
        return new TokenGrant(new Principal(token), Optional.empty(), Optional.empty(), nowMillis + 60_000);
    }

    @Test
    void tokensThatArePutAreLookedAtInTheHostThatIsOpen() throws Exception {
        broker.tokens = new AcceptedTokens(Optional.of(VirtualHostsTest::verified), Optional.empty(), true, 1000);
        accounts = Map.of(
                "anna",
                new User(
                        "anna",
                        Optional.of(StoredPassword.create("x", ScramPassword.MIN_ITERATIONS, new SecureRandom())),
                        false,
                        Optional.of(new Permissions(Map.of(Action.SEND, List.of(new NamePattern("q")))))));
        PeerTokens tokens = new PeerTokens(broker, () -> broker.nowMillis);
        tokens.enters(broker.opening.virtualHosts().users().get(0));
        tokens.put("jwt", "amqp://mq/", "anna");
        assertTrue(tokens.allow(Action.SEND, "q"));
        assertFalse(tokens.allow(Action.RECEIVE, "q"), "the broker's anna may do everything");
        assertTrue(tokens.isBy(new Principal("anna", Optional.of("blue"))));
        assertFalse(tokens.isBy(new Principal("anna")));
    }

    @Test
    void aUserOfTheBrokerOpensTheHostAskedForUnlessTheOpenNamesAnother() {
        TestPeer here = loggedIn("bert", "secret", "blue");
        opens(here, null);
        here.nextOf(Open.class);
        assertEquals(new ConnectionStatus.User("bert", "/"), only(blue).user());
        assertEquals("blue", only(blue).virtualHost());
        TestPeer there = loggedIn("bert", "secret", "blue");
        opens(there, "vhost:/");
        there.nextOf(Open.class);
        assertEquals("/", only(broker).virtualHost());
    }

    @Test
    void whatStandsThereOfAUserOfTheBrokerCountsForItsLinksAndAdmitsIt() {
        entry("stranger", Action.RECEIVE);
        TestPeer peer = loggedIn("stranger", "secret", null);
        opens(peer, "blue");
        peer.nextOf(Open.class);
        peer.send(0, TestPeer.begin());
        peer.send(0, TestPeer.sender(0, "sender", "q"));
        blue.run();
        Detach detach = peer.nextOf(Detach.class);
        assertEquals(
                Symbol.valueOf("amqp:unauthorized-access"), detach.getError().getCondition());
        assertEquals("user 'stranger' may not send to 'q'", detach.getError().getDescription());
        peer.send(0, TestPeer.receiver(1, "receiver", "q"));
        blue.run();
        assertEquals("receiver", peer.nextOf(Attach.class).getName());
        peer.settle();
        peer.expectNothing();
    }

    @Test
    void whoIsAdmittedNoLongerHasToGo() {
        entry("stranger", Action.RECEIVE);
        TestPeer peer = loggedIn("stranger", "secret", null);
        opens(peer, "blue");
        peer.nextOf(Open.class);
        account("anna", "of blue");
        TestPeer anna = loggedIn("anna", "of blue", "blue");
        opens(anna, "blue");
        anna.nextOf(Open.class);

        accounts = Map.of();
        Principal annaOfBlue = new Principal("anna", Optional.of("blue"));
        for (Principal gone : List.of(new Principal("stranger"), annaOfBlue)) {
            blue.connections.permissionsChanged(gone);
        }
        broker.run();
        for (TestPeer each : List.of(peer, anna)) {
            assertEquals(
                    Symbol.valueOf("amqp:unauthorized-access"),
                    each.nextOf(Close.class).getError().getCondition());
        }
    }

    @Test
    void whatBecomesOfAUserOfTheBrokerIsNoMatterOfAnAccountOfItsName() {
        account("anna", "of blue");
        TestPeer ofBlue = loggedIn("anna", "of blue", "blue");
        opens(ofBlue, "blue");
        ofBlue.nextOf(Open.class);
        TestPeer ofBroker = loggedIn("anna", "secret", null);
        opens(ofBroker, "blue");
        ofBroker.nextOf(Open.class);
        broker.connections.closeUser(new Principal("anna"), "removed");
        broker.run();
        ofBroker.nextOf(Close.class);
        ofBlue.settle();
        ofBlue.expectNothing();
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

    private static Refusal redirect() {
        return new Refusal(
                Refusal.Kind.CONNECTION_REDIRECT,
                "it is at n2",
                Map.of("hostname", "10.0.0.2", "network-host", "10.0.0.2", "port", 60_000L, "scheme", "amqps"));
    }

    /** AMQP 1.0 §2.8.15. @param there what it is to open there */
    private void isSentThere(String hostname, String there) {
        TestPeer peer = open("c", hostname);
        assertEquals(
                true,
                peer.expect(Open.class).getProperties().get(Symbol.valueOf("amqp:connection-establishment-failed")));
        ErrorCondition condition = peer.expect(Close.class).getError();
        assertEquals(Symbol.valueOf("amqp:connection:redirect"), condition.getCondition());
        assertEquals("it is at n2", condition.getDescription());
        assertEquals(
                Map.of(
                        Symbol.valueOf("hostname"),
                        there,
                        Symbol.valueOf("network-host"),
                        "10.0.0.2",
                        Symbol.valueOf("port"),
                        UnsignedShort.valueOf("60000"),
                        Symbol.valueOf("scheme"),
                        "amqps"),
                condition.getInfo());
        assertEquals(List.of(), blue.connections.numbers());
    }

    @Test
    void whereAnotherNodeServesItThePeerIsSentThere() {
        elsewhere = Optional.of(redirect());
        isSentThere("blue", "blue");
        isSentThere("Blue.example.com", "Blue.example.com");
        publish(begun("c", "localhost"), broker);

        elsewhere = Optional.empty();
        publish(begun("c", "blue"), blue);
    }

    @Test
    void whereAnotherNodeServesAllOfThemEachPeerIsSentThereForItsOwn() {
        broker.opening = broker.opening.closed(redirect());
        isSentThere("blue", "blue");
        isSentThere("localhost", "10.0.0.2");
    }

    @Test
    void whereNobodyServesItThePeerIsToComeAgain() {
        elsewhere = Optional.of(Refusal.of(Refusal.Kind.CONNECTION_FORCED, "it has no primary"));
        TestPeer peer = open("c", "blue");
        peer.expect(Open.class);
        peer.expectClose("amqp:connection:forced");
    }

    @Test
    void aConnectionUsesTheShardsOfItsOwnHostOnly() {
        TestPeer there = open("c", "blue");
        TestPeer here = open("d", "localhost");
        assertTrue(there.uses(blue.environment().shards()));
        assertFalse(there.uses(broker.environment().shards()));
        assertTrue(here.uses(broker.environment().shards()));
        assertFalse(here.uses(blue.environment().shards()));
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
                new VirtualHost("blue", Set.of(), user -> true, 1, blue.environment(), Optional::empty),
                new VirtualHost("red", Set.of("BLUE"), user -> true, 1, blue.environment(), Optional::empty));
        String text = assertThrows(IllegalArgumentException.class, () -> new VirtualHosts(hosts))
                .getMessage();
        assertTrue(text.contains("'blue' and 'red' are both called 'BLUE'"), text);
    }
}
