package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnknownDescribedType;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.Test;

/** Sessions as Service Bus's clients ask for them, frame by frame. Handles as in {@link ServiceBusTest}; 2 is another receiver. */
class ServiceBusSessionsTest extends ServiceBusPeer {
    private static final Symbol FILTER = Symbol.valueOf("com.microsoft:session-filter");
    private static final Symbol LOCKED_UNTIL = Symbol.valueOf("com.microsoft:locked-until-utc");
    private static final long LOCK_MILLIS = 60_000;

    /** With the shard on a thread of its own. */
    static class ApartTest extends ServiceBusSessionsTest {
        @Override
        TestBroker newBroker() {
            return TestBroker.apart();
        }
    }

    private void sendIn(String session, String body) {
        sendIn("q", session, body);
    }

    private void sendIn(String address, String session, String body) {
        if (nextId == 0) {
            peer.send(0, TestPeer.sender(0, "in", address));
            peer.nextOf(Flow.class);
        }
        Message message = Message.Factory.create();
        message.setGroupId(session);
        message.setBody(new org.apache.qpid.proton.amqp.messaging.AmqpValue(body));
        byte[] bytes = new byte[200];
        peer.send(0, TestPeer.transfer(0, nextId++), Arrays.copyOf(bytes, message.encode(bytes, 0, bytes.length)));
        peer.transfers();
    }

    private static Attach accepting(int handle, String address, Object session) {
        Attach attach = TestPeer.receiver(handle, "session " + handle, address);
        Map<Symbol, Object> filter = new LinkedHashMap<>();
        filter.put(FILTER, session);
        ((Source) attach.getSource()).setFilter(filter);
        attach.setProperties(Map.of(Symbol.valueOf("com.microsoft:timeout"), UnsignedInteger.valueOf(5_000)));
        return attach;
    }

    private Attach accept(int handle, Object session) {
        peer.send(0, accepting(handle, "q", session));
        return peer.nextOf(Attach.class);
    }

    private static Object session(Attach attach) {
        return ((Source) attach.getSource()).getFilter().get(FILTER);
    }

    private List<String> receive(int handle) {
        peer.send(0, TestPeer.credit(handle, 0, 10));
        return peer.transfers().stream().map(frame -> bodyOf(decode(frame))).toList();
    }

    private static String bodyOf(Message message) {
        return (String) ((org.apache.qpid.proton.amqp.messaging.AmqpValue) message.getBody()).getValue();
    }

    private long ticks(long millis) {
        return 621_355_968_000_000_000L + millis * 10_000;
    }

    @Test
    void aNamedSessionIsAnsweredWithItsLockAndHasItsOwnMessages() {
        sendIn("a", "a1");
        sendIn("b", "b1");
        sendIn("a", "a2");
        Attach answer = accept(1, "a");
        assertEquals("a", session(answer));
        assertEquals(
                ticks(broker.nowMillis + LOCK_MILLIS), answer.getProperties().get(LOCKED_UNTIL));
        assertEquals(List.of("a1", "a2"), receive(1));
    }

    @Test
    void theNextIsNamedByTheAnswerAlsoWhereTheFilterIsDescribed() {
        sendIn("b", "b1");
        DescribedType described =
                (DescribedType) session(accept(1, new UnknownDescribedType(UnsignedLong.valueOf(0x137000000CL), null)));
        assertEquals(UnsignedLong.valueOf(0x137000000CL), described.getDescriptor());
        assertEquals("b", described.getDescribed());
        assertEquals(List.of("b1"), receive(1));
    }

    @Test
    void whoFindsNoneWaitsAndIsTold() {
        peer.send(0, accepting(1, "q", null));
        broker.advance(4_999);
        peer.send(0, accepting(2, "q", null));
        broker.advance(1);
        Attach refused = peer.nextOf(Attach.class);
        assertEquals("session 1", refused.getName());
        assertNull(refused.getSource());
        peer.expectDetach("com.microsoft:timeout");
        sendInLater("a", "a1");
        Attach found = peer.nextOf(Attach.class);
        assertEquals("session 2", found.getName());
        assertEquals("a", session(found));
    }

    /** From another connection: this one's frames are looked at one by one. */
    private void sendInLater(String session, String body) {
        TestPeer other = azure();
        other.send(0, TestPeer.sender(0, "in", "q"));
        other.nextOf(Flow.class);
        Message message = Message.Factory.create();
        message.setGroupId(session);
        message.setBody(new org.apache.qpid.proton.amqp.messaging.AmqpValue(body));
        byte[] bytes = new byte[200];
        other.send(0, TestPeer.transfer(0, 0), Arrays.copyOf(bytes, message.encode(bytes, 0, bytes.length)));
        other.transfers();
    }

    @Test
    void oneThatSomebodyHasIsRefused() {
        accept(1, "a");
        assertNull(accept(2, "a").getSource());
        peer.expectDetach("com.microsoft:session-cannot-be-locked");
    }

    @Test
    void whatIsNoSessionIsRefused() {
        assertNull(accept(1, 5).getSource());
        peer.expectDetach("amqp:invalid-field");
        assertNull(accept(2, "x".repeat(129)).getSource());
        peer.expectDetach("amqp:invalid-field");
        peer.send(0, accepting(3, "s/$DeadLetterQueue", "a"));
        peer.nextOf(Attach.class);
        peer.expectDetach("amqp:invalid-field");
    }

    @Test
    void aLockIsRenewedAndIsLostWhenItIsNot() {
        sendIn("a", "a1");
        accept(1, "a");
        assertEquals(List.of("a1"), receive(1));
        attachManagement("q");
        broker.advance(LOCK_MILLIS - 1);
        Map<?, ?> renewed = body(ask("com.microsoft:renew-session-lock", Map.of("session-id", "a")));
        assertEquals(new Date(broker.nowMillis + LOCK_MILLIS), renewed.get("expiration"));
        broker.advance(LOCK_MILLIS - 1);
        peer.transfers();
        broker.advance(1);
        peer.expectDetach("com.microsoft:session-lock-lost");
        Message lost = ask("com.microsoft:renew-session-lock", Map.of("session-id", "a"));
        assertEquals(410, status(lost));
        assertEquals("com.microsoft:session-lock-lost", condition(lost));
        accept(2, "a");
        assertEquals(List.of("a1"), receive(2));
    }

    @Test
    void aStateIsKeptForWhoHasItNext() {
        accept(1, "a");
        attachManagement("q");
        Map<String, Object> named = Map.of("session-id", "a");
        Map<?, ?> none = body(ask("com.microsoft:get-session-state", named));
        assertEquals(Collections.singletonMap("session-state", null), none);
        body(ask(
                "com.microsoft:set-session-state",
                Map.of("session-id", "a", "session-state", new Binary(new byte[] {1, 2}))));
        peer.send(0, TestPeer.detach(1, true));
        peer.nextOf(org.apache.qpid.proton.amqp.transport.Detach.class);
        assertEquals(410, status(ask("com.microsoft:get-session-state", named)));

        accept(2, "a");
        Binary kept = assertInstanceOf(
                Binary.class,
                body(ask("com.microsoft:get-session-state", named)).get("session-state"));
        assertArrayEquals(new byte[] {1, 2}, Arrays.copyOf(kept.getArray(), kept.getLength()));
        Map<String, Object> nothing = new LinkedHashMap<>(named);
        nothing.put("session-state", null);
        body(ask("com.microsoft:set-session-state", nothing));
        assertEquals(none, body(ask("com.microsoft:get-session-state", named)));
        assertEquals(
                400,
                status(ask("com.microsoft:set-session-state", Map.of("session-id", "a", "session-state", "text"))));
    }

    @Test
    void sessionsAreListedByTheirMessagesOrByTheirState() {
        for (String session : List.of("b", "a", "b", "c")) {
            sendIn(session, session);
        }
        attachManagement("q");
        Date never = new Date(253_402_300_800_000L);
        Map<String, Object> all = Map.of("skip", 0, "top", 2, "last-updated-time", never);
        Map<?, ?> first = body(ask("com.microsoft:get-message-sessions", all));
        assertArrayEquals(new String[] {"b", "a"}, (Object[]) first.get("sessions-ids"));
        assertEquals(2, first.get("skip"));
        Map<?, ?> rest = body(ask("com.microsoft:get-message-sessions", Map.of("skip", 2, "top", 2)));
        assertArrayEquals(new String[] {"c"}, (Object[]) rest.get("sessions-ids"));
        assertEquals(204, status(ask("com.microsoft:get-message-sessions", Map.of("skip", 3, "top", 2))));

        accept(1, "a");
        body(ask(
                "com.microsoft:set-session-state",
                Map.of("session-id", "a", "session-state", new Binary(new byte[1]))));
        broker.advance(10);
        Map<String, Object> since = Map.of("last-updated-time", new Date(broker.nowMillis - 11));
        assertArrayEquals(new String[] {"a"}, (Object[])
                body(ask("com.microsoft:get-message-sessions", since)).get("sessions-ids"));
        assertEquals(
                204,
                status(ask(
                        "com.microsoft:get-message-sessions",
                        Map.of("last-updated-time", new Date(broker.nowMillis)))));
    }

    @Test
    void ofAQueueItIsOneSessionThatIsPeeked() {
        sendIn("a", "a1");
        sendIn("b", "b1");
        attachManagement("q");
        List<Message> peeked =
                messages(ask("com.microsoft:peek-message", Map.of("message-count", 10, "session-id", "b")));
        assertEquals(
                List.of("b1"),
                peeked.stream().map(ServiceBusSessionsTest::bodyOf).toList());
        assertEquals(
                404,
                status(ask(
                        "com.microsoft:receive-by-sequence-number",
                        Map.of("sequence-numbers", List.of(1L), "session-id", "b"))));
        messages(ask(
                "com.microsoft:receive-by-sequence-number",
                Map.of("sequence-numbers", List.of(1L), "session-id", "a")));
    }

    @Test
    void aSubscriptionHasSessions() {
        String subscription = "topic.t/Subscriptions/audit";
        peer.attachReceiverNext(1, "first", subscription);
        peer.send(0, TestPeer.detach(1, true));
        peer.nextOf(org.apache.qpid.proton.amqp.transport.Detach.class);
        sendIn("topic.t", "a", "a1");
        sendIn("topic.t", "b", "b1");
        peer.send(0, accepting(2, subscription, "b"));
        assertEquals("b", session(peer.nextOf(Attach.class)));
        peer.send(0, TestPeer.credit(2, 0, 10));
        List<TestPeer.Frame> received = peer.transfers();
        assertEquals(
                List.of("b1"),
                received.stream().map(each -> bodyOf(decode(each))).toList());
        say(((Transfer) received.get(0).body()).getDeliveryId().intValue(), true, Accepted.getInstance());
        attachManagement(subscription);
        body(ask("com.microsoft:renew-session-lock", Map.of("session-id", "b")));
        broker.advance(LOCK_MILLIS);
        peer.expectDetach("com.microsoft:session-lock-lost");
        peer.send(0, accepting(3, subscription, null));
        assertEquals("a", session(peer.nextOf(Attach.class)));
    }
}
