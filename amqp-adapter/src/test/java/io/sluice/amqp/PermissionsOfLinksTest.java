package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.NamePattern;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.security.Permissions.Action;
import io.sluice.broker.security.Principal;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user may not do is refused and named; with the shard on the connections' loop, and apart. */
class PermissionsOfLinksTest {
    private static final Symbol UNAUTHORIZED = Symbol.valueOf("amqp:unauthorized-access");

    private TestBroker broker;
    private TestPeer peer;

    private void start(boolean apart, String... rules) {
        broker = apart ? TestBroker.apart() : new TestBroker();
        allow(rules);
        peer = TestPeer.begun(broker);
    }

    /** @param rules such as {@code send orders.*} */
    private void allow(String... rules) {
        Map<Action, List<NamePattern>> patterns = new EnumMap<>(Action.class);
        for (String rule : rules) {
            String[] parts = rule.split(" ");
            patterns.put(
                    Action.valueOf(parts[0].toUpperCase(java.util.Locale.ROOT)), List.of(new NamePattern(parts[1])));
        }
        broker.permissions = Optional.of(new Permissions(patterns));
    }

    private void refused(Attach attach, String text) {
        peer.send(0, attach);
        Attach answer = peer.nextOf(Attach.class);
        // The terminus that is not there (AMQP 1.0 §2.6.3).
        assertNull(
                attach.getRole() == org.apache.qpid.proton.amqp.transport.Role.SENDER
                        ? answer.getTarget()
                        : answer.getSource());
        Detach detach = peer.nextOf(Detach.class);
        assertEquals(UNAUTHORIZED, detach.getError().getCondition());
        assertEquals(text, detach.getError().getDescription());
    }

    private static Attach browser(int handle, String address) {
        Attach attach = TestPeer.receiver(handle, "browser" + handle, address);
        ((Source) attach.getSource()).setDistributionMode(Terminus.COPY);
        return attach;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void linksAreRefusedByWhatTheyAreFor(boolean apart) {
        start(apart, "browse q");
        refused(TestPeer.sender(0, "s", "q"), "user 'anonymous' may not send to 'q'");
        refused(TestPeer.receiver(1, "r", "q"), "user 'anonymous' may not receive from 'q'");
        refused(TestPeer.receiver(2, "t", "topic.a"), "user 'anonymous' may not receive from 'topic.a'");
        refused(TestPeer.sender(3, "u", "topic.a"), "user 'anonymous' may not send to 'topic.a'");
        refused(browser(4, "other"), "user 'anonymous' may not browse 'other'");
        peer.send(0, browser(5, "q"));
        assertTrue(peer.nextOf(Attach.class).getSource() instanceof Source, "that is allowed");
        assertEquals(List.of("q"), broker.queues());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aQueueIsMadeForThoseOnlyWhoMayCreateIt(boolean apart) {
        start(apart, "send *", "receive *", "create auto.mine");
        refused(TestPeer.sender(0, "s", "auto.other"), "user 'anonymous' may not create 'auto.other'");
        refused(TestPeer.receiver(1, "r", "auto.other"), "user 'anonymous' may not create 'auto.other'");
        Attach dynamic = TestPeer.receiver(2, "d", null);
        ((Source) dynamic.getSource()).setDynamic(true);
        refused(dynamic, "user 'anonymous' may not create '$temporary/node1'");
        assertEquals(List.of("q"), broker.queues());
        peer.attachReceiverNext(3, "mine", "auto.mine");
        assertEquals(List.of("auto.mine", "q"), broker.queues());

        allow("create $temporary/*");
        Attach temporary = TestPeer.receiver(4, "e", null);
        ((Source) temporary.getSource()).setDynamic(true);
        peer.send(0, temporary);
        Source made = (Source) peer.nextOf(Attach.class).getSource();
        // Who was given its name may use it.
        peer.send(0, TestPeer.sender(5, "answers", made.getAddress()));
        assertEquals(
                made.getAddress(),
                ((org.apache.qpid.proton.amqp.messaging.Target)
                                peer.nextOf(Attach.class).getTarget())
                        .getAddress());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void overTheAnonymousTerminusEachMessageIsLookedAt(boolean apart) {
        start(apart, "send q");
        peer.attachSender(0, "s", null);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.messageTo("q", "x"));
        assertInstanceOf(Accepted.class, peer.nextOf(Disposition.class).getState());
        peer.send(0, TestPeer.transfer(0, 1), TestPeer.messageTo("auto.other", "x"));
        Rejected rejected =
                assertInstanceOf(Rejected.class, peer.nextOf(Disposition.class).getState());
        assertEquals(UNAUTHORIZED, rejected.getError().getCondition());
        assertEquals(
                "user 'anonymous' may not send to 'auto.other'",
                rejected.getError().getDescription());
        // What was allowed before is not, when permissions are others.
        allow("send auto.other");
        peer.send(0, TestPeer.transfer(0, 2), TestPeer.messageTo("q", "x"));
        assertInstanceOf(Rejected.class, peer.nextOf(Disposition.class).getState());
        // And a queue that is not there needs more.
        peer.send(0, TestPeer.transfer(0, 3), TestPeer.messageTo("auto.other", "x"));
        rejected =
                assertInstanceOf(Rejected.class, peer.nextOf(Disposition.class).getState());
        assertEquals(
                "user 'anonymous' may not create 'auto.other'",
                rejected.getError().getDescription());
        assertEquals(1, broker.status("q").messages());
        assertFalse(broker.queues().contains("auto.other"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void linksThatAreNotAllowedAnyMoreAreDetached(boolean apart) {
        start(apart, "send q", "receive q", "browse q");
        peer.attachSender(0, "s", "q");
        peer.attachReceiverNext(1, "r", "q");
        allow("receive q");
        broker.connections.permissionsChanged(new Principal("somebody else"));
        broker.connections.permissionsChanged(Principal.ANONYMOUS);
        peer.expectDetach("amqp:unauthorized-access");
        peer.settle();
        assertEquals(1, broker.status("q").consumers(), "the other stays");
        assertEquals(0, broker.status("q").producers());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLinkThatIsBeingAttachedWhenPermissionsChangeIsNotForgotten(boolean apart) {
        start(apart, "send *", "receive *", "create *");
        // The shard asks for it when both have been let in.
        broker.autoCreate = name -> {
            allow("create *");
            return true;
        };
        refused(TestPeer.sender(0, "s", "auto.one"), "user 'anonymous' may not send to 'auto.one'");
        allow("send *", "receive *", "create *");
        refused(TestPeer.receiver(1, "r", "auto.two"), "user 'anonymous' may not receive from 'auto.two'");
        peer.settle();
        assertEquals(0, broker.status("auto.one").producers());
        assertEquals(0, broker.status("auto.two").consumers());
    }
}
