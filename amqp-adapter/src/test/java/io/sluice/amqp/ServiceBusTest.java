package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.servicebus.LockTokens;
import io.sluice.broker.NamePattern;
import io.sluice.broker.security.Permissions;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.Test;

/** A peer that is one of Service Bus's clients, frame by frame: handle 0 sends to q, 1 receives, 8 and 9 are {@code q/$management}. */
class ServiceBusTest extends ServiceBusPeer {
    /** With the shard on a thread of its own. */
    static class ApartTest extends ServiceBusTest {
        @Override
        TestBroker newBroker() {
            return TestBroker.apart();
        }
    }

    @Test
    void aDeliveryHasALockTokenItsNumberItsArrivalAndTheEndOfItsLockAndIsDurable() {
        send("q", "x");
        TestPeer.Frame frame = receive("q").get(0);
        Message message = decode(frame);
        assertEquals(1L, annotation(message, "x-opt-sequence-number"));
        assertEquals(new Date(broker.nowMillis), annotation(message, "x-opt-enqueued-time"));
        assertEquals(new Date(broker.nowMillis + 60_000), annotation(message, "x-opt-locked-until"));
        assertTrue(message.isDurable());
        assertInstanceOf(String.class, message.getMessageId(), "it came without one");
        assertArrayEquals(
                LockTokens.tag(token(frame)),
                ((Transfer) frame.body()).getDeliveryTag().getArray());
    }

    @Test
    void aTokenIsWrittenAsDotNetWritesAGuid() {
        UUID token = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
        byte[] tag = LockTokens.tag(token);
        assertArrayEquals(
                new byte[] {
                    0x33,
                    0x22,
                    0x11,
                    0x00,
                    0x55,
                    0x44,
                    0x77,
                    0x66,
                    (byte) 0x88,
                    (byte) 0x99,
                    (byte) 0xaa,
                    (byte) 0xbb,
                    (byte) 0xcc,
                    (byte) 0xdd,
                    (byte) 0xee,
                    (byte) 0xff
                },
                tag);
        assertEquals(token, LockTokens.token(tag));
    }

    @Test
    void aLockIsRenewedByItsTokenUntilItIsOver() {
        send("q", "x");
        UUID token = token(receive("q").get(0));
        attachManagement("q");
        broker.advance(50_000);
        Date[] ends = (Date[]) body(ask("com.microsoft:renew-lock", Map.of("lock-tokens", new UUID[] {token})))
                .get("expirations");
        assertArrayEquals(new Date[] {new Date(broker.nowMillis + 60_000)}, ends);
        broker.advance(60_001);
        Message late = ask("com.microsoft:renew-lock", Map.of("lock-tokens", new UUID[] {token}));
        assertEquals(410, status(late));
        assertEquals("com.microsoft:message-lock-lost", condition(late));
    }

    @Test
    void whatIsAbandonedCountsWhatIsDeferredComesByItsNumber() {
        send("q", "x");
        receive("q");
        say(0, true, new Modified());
        Message again = decode(peer.transfers().get(0));
        assertEquals(1, again.getDeliveryCount());
        Modified deferred = new Modified();
        deferred.setUndeliverableHere(true);
        deferred.setMessageAnnotations(Map.of("why", "later"));
        say(1, true, deferred);
        peer.expectNothing();
        attachManagement("q");
        Map<?, ?> got = body(ask(
                "com.microsoft:receive-by-sequence-number",
                Map.of("sequence-numbers", new Long[] {1L}, "receiver-settle-mode", UnsignedInteger.ONE)));
        UUID token = (UUID) ((Map<?, ?>) ((List<?>) got.get("messages")).get(0)).get("lock-token");
        assertNotNull(token);
        assertEquals(1, broker.status("q").unsettled());
        Map<String, Object> done = Map.of("lock-tokens", new UUID[] {token}, "disposition-status", "completed");
        assertEquals(200, status(ask("com.microsoft:update-disposition", done)));
        assertEquals(0, broker.status("q").messages());
        Message twice = ask("com.microsoft:update-disposition", done);
        assertEquals("com.microsoft:message-lock-lost", condition(twice));
    }

    @Test
    void whatWasReceivedByItsNumberGoesBackWhenItsLockIsOverOrItsConnectionGone() {
        send("q", "x");
        peer.transfers();
        attachManagement("q");
        Map<String, Object> numbers = Map.of("sequence-numbers", new Long[] {1L});
        body(ask("com.microsoft:receive-by-sequence-number", numbers));
        Message taken = ask("com.microsoft:receive-by-sequence-number", numbers);
        assertEquals("com.microsoft:message-not-found", condition(taken));
        assertEquals(404, status(taken));
        broker.advance(60_001);
        assertEquals(0, broker.status("q").unsettled());
        assertEquals(0, broker.status("q").consumers());
        body(ask("com.microsoft:receive-by-sequence-number", numbers));
        assertEquals(1, broker.status("q").consumers());
        peer.send(0, new org.apache.qpid.proton.amqp.transport.Close());
        peer.settle();
        assertEquals(0, broker.status("q").unsettled());
        assertEquals(0, broker.status("q").consumers());
        assertEquals(1, broker.status("q").messages());
    }

    @Test
    void whatIsReceivedByItsNumberAndNotLockedIsGone() {
        send("q", "x");
        peer.transfers();
        attachManagement("q");
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("sequence-numbers", List.of(1L));
        body.put("receiver-settle-mode", UnsignedInteger.ZERO);
        assertEquals(
                1,
                messages(ask("com.microsoft:receive-by-sequence-number", body)).size());
        assertEquals(0, broker.status("q").messages());
        assertEquals(0, broker.status("q").consumers());
    }

    private static Map<String, Object> scheduled(long atMillis, String id) {
        Message message = Message.Factory.create();
        message.setMessageId(id);
        message.setMessageAnnotations(
                new MessageAnnotations(Map.of(Symbol.valueOf("x-opt-scheduled-enqueue-time"), new Date(atMillis))));
        message.setBody(new AmqpValue(id));
        byte[] bytes = new byte[1000];
        int length = message.encode(bytes, 0, bytes.length);
        return Map.of("message-id", id, "message", new Binary(bytes, 0, length));
    }

    @Test
    void messagesAreScheduledPeekedAndCancelledByTheirNumbers() {
        attachManagement("q");
        long tomorrow = broker.nowMillis + 86_400_000;
        Map<?, ?> answer = body(ask(
                "com.microsoft:schedule-message",
                Map.of("messages", List.of(scheduled(tomorrow, "a"), scheduled(tomorrow, "b")))));
        assertArrayEquals(new long[] {1, 2}, (long[]) answer.get("sequence-numbers"));
        assertEquals(2, broker.status("q").scheduled());
        Map<String, Object> all = Map.of("from-sequence-number", 1L, "message-count", 10);
        List<Message> peeked = messages(ask("com.microsoft:peek-message", all));
        assertEquals(2, peeked.size());
        assertEquals(2, annotation(peeked.get(0), "x-opt-message-state"));
        assertEquals(new Date(tomorrow), annotation(peeked.get(0), "x-opt-scheduled-enqueue-time"));
        assertEquals(1L, annotation(peeked.get(0), "x-opt-sequence-number"));
        Map<String, Object> both = Map.of("sequence-numbers", new Long[] {1L, 2L});
        assertEquals(200, status(ask("com.microsoft:cancel-scheduled-message", both)));
        assertEquals("com.microsoft:message-not-found", condition(ask("com.microsoft:cancel-scheduled-message", both)));
        assertEquals(204, status(ask("com.microsoft:peek-message", all)));
    }

    @Test
    void aParkedMessageIsNoScheduledOne() {
        send("q", "x");
        receive("q");
        Modified deferred = new Modified();
        deferred.setUndeliverableHere(true);
        say(0, true, deferred);
        attachManagement("q");
        List<Message> peeked =
                messages(ask("com.microsoft:peek-message", Map.of("from-sequence-number", 1L, "message-count", 1)));
        assertEquals(1, annotation(peeked.get(0), "x-opt-message-state"));
        Message refused = ask("com.microsoft:cancel-scheduled-message", Map.of("sequence-numbers", new Long[] {1L}));
        assertEquals(404, status(refused));
        assertEquals(1, broker.status("q").messages());
    }

    @Test
    void aRejectedMessageIsADeadLetterOfItsQueueWithReasonAndDescription() {
        send("s", "x");
        receive("s");
        Rejected rejected = new Rejected();
        ErrorCondition error = new ErrorCondition(Symbol.valueOf("com.microsoft:dead-letter"), null);
        error.setInfo(Map.of("DeadLetterReason", "broken", "DeadLetterErrorDescription", "no price", "more", 1));
        rejected.setError(error);
        say(0, true, rejected);
        peer.transfers();
        peer.send(0, TestPeer.detach(1, true));
        assertEquals(1, broker.status("dead").messages());
        peer.attachReceiverNext(2, "others", "r/$DeadLetterQueue");
        peer.send(0, TestPeer.credit(2, 0, 10));
        assertEquals(List.of(), peer.transfers(), "of another queue");
        peer.attachReceiverNext(3, "ours", "s/$DeadLetterQueue");
        peer.send(0, TestPeer.credit(3, 0, 10));
        Message dead = decode(peer.transfers().get(0));
        Map<?, ?> properties = dead.getApplicationProperties().getValue();
        assertEquals("broken", properties.get("DeadLetterReason"));
        assertEquals("no price", properties.get("DeadLetterErrorDescription"));
        assertEquals("s", annotation(dead, "x-opt-deadletter-source"));
    }

    @Test
    void theOwnNodeOfDeadLettersKnowsThoseOfItsQueueOnly() {
        send("s", "x");
        receive("s");
        say(0, true, new Rejected());
        attachManagement("r/$DeadLetterQueue");
        Map<String, Object> all = Map.of("from-sequence-number", 1L, "message-count", 10);
        assertEquals(204, status(ask("com.microsoft:peek-message", all)));
        Message refused = ask("com.microsoft:receive-by-sequence-number", Map.of("sequence-numbers", new Long[] {1L}));
        assertEquals(404, status(refused));
        assertEquals(0, broker.status("dead").unsettled());
        Message sent = ask("com.microsoft:schedule-message", Map.of("messages", List.of(scheduled(1, "a"))));
        assertEquals("amqp:not-allowed", condition(sent));
    }

    @Test
    void whereThereAreNoDeadLettersOrNoQueueTheLinkIsRefused() {
        peer.send(0, TestPeer.receiver(1, "a", "q/$DeadLetterQueue"));
        assertNull(peer.nextOf(Attach.class).getSource());
        peer.expectDetach("amqp:not-found");
        peer.send(0, TestPeer.receiver(2, "b", "nowhere/$DeadLetterQueue"));
        assertNull(peer.nextOf(Attach.class).getSource());
        peer.expectDetach("amqp:not-found");
    }

    @Test
    void anUnknownOperationAndWhatIsMissingIsSaid() {
        attachManagement("q");
        assertEquals(501, status(ask("com.microsoft:fly", Map.of("session-id", "a"))));
        assertEquals(400, status(ask("com.microsoft:renew-lock", Map.of())));
        assertEquals(400, status(ask("com.microsoft:cancel-scheduled-message", Map.of("sequence-numbers", "1"))));
        Message bad = ask(
                "com.microsoft:update-disposition",
                Map.of("lock-tokens", new UUID[] {new UUID(0, 1)}, "disposition-status", "eaten"));
        assertEquals(400, status(bad));
        Message malformed =
                ask(
                        "com.microsoft:schedule-message",
                        Map.of("messages", List.of(Map.of("message", new Binary(new byte[] {1, 2, 3})))));
        assertEquals(400, status(malformed));
        String text = (String) malformed.getApplicationProperties().getValue().get("statusDescription");
        assertTrue(text.startsWith("'messages[0].message' of the body: "), text);
    }

    @Test
    void ofAQueueThatIsNotThereNothingCanBeAsked() {
        attachManagement("nowhere");
        Message answer = ask("com.microsoft:peek-message", Map.of("message-count", 1));
        assertEquals(404, status(answer));
        assertEquals("amqp:not-found", condition(answer));
    }

    @Test
    void eachOperationTakesItsPermission() {
        broker.permissions =
                Optional.of(new Permissions(Map.of(Permissions.Action.SEND, List.of(new NamePattern("q")))));
        attachManagement("q");
        assertEquals(401, status(ask("com.microsoft:peek-message", Map.of("message-count", 1))));
        assertEquals(
                401, status(ask("com.microsoft:receive-by-sequence-number", Map.of("sequence-numbers", List.of(1L)))));
        body(ask("com.microsoft:schedule-message", Map.of("messages", List.of(scheduled(1, "a")))));
    }

    @Test
    void aSubscriptionIsThereByReceivingFromItAndStaysWhenItsLinkIsClosed() {
        peer.attachReceiverNext(1, "some link", "topic.t/Subscriptions/audit");
        peer.send(0, TestPeer.detach(1, true));
        peer.nextOf(org.apache.qpid.proton.amqp.transport.Detach.class);
        peer.send(0, TestPeer.sender(0, "in", "topic.t"));
        peer.nextOf(Flow.class);
        peer.send(0, TestPeer.transfer(0, nextId++), TestPeer.message("x"));
        peer.transfers();
        attachManagement("topic.t/subscriptions/audit");
        assertEquals(
                1,
                messages(ask("com.microsoft:peek-message", Map.of("message-count", 10)))
                        .size());
        peer.attachReceiverNext(2, "another link", "topic.t/Subscriptions/audit");
        peer.send(0, TestPeer.credit(2, 0, 10));
        assertEquals("x", TestPeer.body(peer.transfers().get(0).payload()));
    }

    private static byte[] event(String subject, String color) {
        Message message = Message.Factory.create();
        message.setSubject(subject);
        message.setApplicationProperties(new ApplicationProperties(Map.of("color", color)));
        message.setBody(new AmqpValue(subject));
        byte[] bytes = new byte[1000];
        return Arrays.copyOf(bytes, message.encode(bytes, 0, bytes.length));
    }

    private static Map<String, Object> sql(String name, String expression) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("sql-filter", Map.of("expression", expression));
        description.put("sql-rule-action", null);
        description.put("rule-name", name);
        return Map.of("rule-name", name, "rule-description", description);
    }

    private static Map<String, Object> acting(String name, String expression, String action) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("sql-filter", Map.of("expression", expression));
        description.put("sql-rule-action", Map.of("expression", action));
        return Map.of("rule-name", name, "rule-description", description);
    }

    @Test
    void aMessageThatIsScheduledByTheOperationIsGivenAnIdToo() {
        attachManagement("q");
        Message message = Message.Factory.create();
        message.setBody(new AmqpValue("x"));
        byte[] bytes = new byte[100];
        Binary encoded = new Binary(Arrays.copyOf(bytes, message.encode(bytes, 0, bytes.length)));
        body(ask("com.microsoft:schedule-message", Map.of("messages", List.of(Map.of("message", encoded)))));
        Message peeked = messages(ask("com.microsoft:peek-message", Map.of("message-count", 1)))
                .get(0);
        assertInstanceOf(String.class, peeked.getMessageId());
        assertTrue(peeked.isDurable());
    }

    @Test
    void aNumberOfAMessageIsWhole() {
        attachManagement("q");
        Message answer = ask("com.microsoft:receive-by-sequence-number", Map.of("sequence-numbers", List.of(1L, 1.5)));
        assertEquals(400, status(answer));
        assertEquals(
                "'sequence-numbers[1]' of the body is not one of whole numbers",
                answer.getApplicationProperties().getValue().get("statusDescription"));
    }

    @Test
    void eachRuleWithAnActionHasACopyOfItsOwn() {
        String entity = "topic.t/Subscriptions/audit";
        peer.attachReceiverNext(1, "first", entity);
        attachManagement(entity);
        peer.send(0, TestPeer.sender(0, "in", "topic.t"));
        peer.nextOf(Flow.class);
        body(ask("com.microsoft:add-rule", acting("red", "color = 'red'", "SET sys.Label = 'marked'; REMOVE color")));
        body(ask("com.microsoft:add-rule", acting("any", "color IS NOT NULL", "SET sys.Label = color")));
        List<?> red = description(rules().get(2));
        assertEquals("red", red.get(2));
        org.apache.qpid.proton.amqp.DescribedType action = (org.apache.qpid.proton.amqp.DescribedType) red.get(1);
        assertEquals(org.apache.qpid.proton.amqp.UnsignedLong.valueOf(0x13700000006L), action.getDescriptor());
        assertEquals("SET sys.Label = 'marked'; REMOVE color", ((List<?>) action.getDescribed()).get(0));
        publish(event("one", "red"));
        publish(event("two", "blue"));
        assertEquals(List.of("one", "red", "marked", "two", "blue"), subjects(1, 0));
        body(ask("com.microsoft:remove-rule", Map.of("rule-name", "red")));
        body(ask("com.microsoft:remove-rule", Map.of("rule-name", "any")));
        peer.send(0, TestPeer.transfer(0, nextId++), event("three", "red"));
        assertEquals(
                List.of("three"),
                peer.transfers().stream()
                        .map(frame -> decode(frame).getSubject())
                        .toList());
    }

    private void publish(byte[] message) {
        peer.send(0, TestPeer.transfer(0, nextId++), message);
        peer.transfers();
    }

    private List<String> subjects(int link, int already) {
        peer.send(0, TestPeer.credit(link, already, 100));
        return peer.transfers().stream()
                .map(frame -> decode(frame).getSubject())
                .toList();
    }

    private List<?> rules() {
        return (List<?>) body(ask("com.microsoft:enumerate-rules", Map.of("skip", 0, "top", Integer.MAX_VALUE)))
                .get("rules");
    }

    private static List<?> description(Object rule) {
        Object described = ((Map<?, ?>) rule).get("rule-description");
        return (List<?>) ((org.apache.qpid.proton.amqp.DescribedType) described).getDescribed();
    }

    @Test
    void rulesSayWhatASubscriptionGetsFromThenOnWhoeverAttaches() {
        String entity = "topic.t/Subscriptions/audit";
        peer.attachReceiverNext(1, "first", entity);
        attachManagement(entity);
        peer.send(0, TestPeer.sender(0, "in", "topic.t"));
        peer.nextOf(Flow.class);
        assertEquals("$Default", description(rules().get(0)).get(2));
        publish(event("before", "blue"));
        body(ask("com.microsoft:add-rule", sql("red", "color = 'red' AND sys.Label <> 'no'")));
        Map<String, Object> correlation = new LinkedHashMap<>();
        correlation.put("label", "urgent");
        correlation.put("to", null);
        correlation.put("properties", Map.of("color", "&blue"));
        body(ask(
                "com.microsoft:add-rule",
                Map.of("rule-name", "urgent", "rule-description", Map.of("correlation-filter", correlation))));
        body(ask("com.microsoft:remove-rule", Map.of("rule-name", "$Default")));
        publish(event("green one", "green"));
        publish(event("red one", "red"));
        publish(event("no", "red"));
        publish(event("urgent", "blue"));
        publish(event("urgent", "&blue"));
        assertEquals(List.of("before", "red one", "urgent"), subjects(1, 0));
        assertEquals(
                List.of("red", "urgent"),
                rules().stream().map(rule -> description(rule).get(2)).toList());
        peer.send(0, TestPeer.detach(1, true));
        peer.transfers();
        peer.attachReceiverNext(2, "second", entity);
        publish(event("green again", "green"));
        publish(event("red again", "red"));
        // What the first had is given back, and comes first.
        List<String> again = subjects(2, 0);
        assertEquals("red again", again.get(again.size() - 1));
        assertTrue(!again.contains("green again"), again.toString());
        body(ask("com.microsoft:remove-rule", Map.of("rule-name", "red")));
        body(ask("com.microsoft:remove-rule", Map.of("rule-name", "urgent")));
        assertEquals(204, status(ask("com.microsoft:enumerate-rules", Map.of())));
        publish(event("nobody's", "red"));
        assertEquals(List.of(), subjects(2, again.size()));
    }

    @Test
    void aRuleThatCannotBeIsRefusedAndNothingChanges() {
        String entity = "topic.t/Subscriptions/audit";
        peer.attachReceiverNext(1, "first", entity);
        attachManagement(entity);
        Message syntax = ask("com.microsoft:add-rule", sql("bad", "color = "));
        assertEquals(400, status(syntax));
        String text = (String) syntax.getApplicationProperties().getValue().get("statusDescription");
        assertTrue(text.startsWith("rule 'bad'"), text);
        assertEquals(400, status(ask("com.microsoft:add-rule", sql("bad", "sys.Nothing = 1"))));
        Message action = ask("com.microsoft:add-rule", acting("bad", "1=1", "SET color = "));
        assertEquals(400, status(action));
        String where = (String) action.getApplicationProperties().getValue().get("statusDescription");
        assertTrue(where.startsWith("action of rule 'bad': at character 13"), where);
        Message again = ask("com.microsoft:add-rule", sql("$Default", "1=1"));
        assertEquals("com.microsoft:entity-already-exists", condition(again));
        Message none = ask("com.microsoft:remove-rule", Map.of("rule-name", "none"));
        assertEquals("com.microsoft:entity-not-found", condition(none));
        assertEquals(1, rules().size());
    }

    @Test
    void aQueueHasNoRules() {
        attachManagement("q");
        assertEquals(404, status(ask("com.microsoft:add-rule", sql("a", "1=1"))));
    }

    @Test
    void aBatchIsNotPromisedMoreThanIsKeptInMemory() {
        broker.thresholdBytes = 5000;
        TestPeer other = azure();
        other.send(0, TestPeer.sender(0, "in", "q"));
        assertEquals(5000, other.nextOf(Attach.class).getMaxMessageSize().intValue());
    }

    @Test
    void anybodyElseIsSpokenToAsBefore() {
        TestPeer plain = TestPeer.begun(broker);
        plain.attachSender(0, "in", "q");
        plain.send(0, TestPeer.transfer(0, 0), TestPeer.message("x"));
        plain.transfers();
        plain.attachReceiver(1, "out", "q");
        plain.send(0, TestPeer.credit(1, 0, 10));
        TestPeer.Frame frame = plain.transfers().get(0);
        assertEquals(1, ((Transfer) frame.body()).getDeliveryTag().getLength());
        assertNull(decode(frame).getMessageAnnotations());
        assertTrue(!decode(frame).isDurable());
    }
}
