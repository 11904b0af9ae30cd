package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.amqp.AuditedChange.Outcome;
import io.sluice.amqp.AuditedChange.What;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.Test;

/** {@code com.microsoft:batch-delete-messages}, as Service Bus's clients ask for it to delete and to purge. */
class ServiceBusBatchDeleteTest extends ServiceBusPeer {
    private static final String OPERATION = "com.microsoft:batch-delete-messages";

    private Message delete(int count, Object... more) {
        Map<String, Object> body = new HashMap<>(Map.of("message-count", count));
        for (int i = 0; i < more.length; i += 2) {
            body.put((String) more[i], more[i + 1]);
        }
        return ask(OPERATION, body);
    }

    private static int deleted(Message answer) {
        return (Integer) body(answer).get("message-count");
    }

    private void send(String queue, Message message) {
        send(queue, "first");
        byte[] bytes = new byte[300];
        peer.send(0, TestPeer.transfer(0, nextId++), Arrays.copyOf(bytes, message.encode(bytes, 0, bytes.length)));
    }

    @Test
    void theFirstThatCameBeforeATimeAreDeletedUntilThereAreNone() {
        for (int i = 0; i < 4; i++) {
            send("q", "old " + i);
        }
        broker.advance(1_000);
        Date before = new Date(broker.nowMillis);
        send("q", "new");
        attachManagement("q");
        assertEquals(3, deleted(delete(3, "enqueued-time-utc", before)));
        assertEquals(1, deleted(delete(3, "enqueued-time-utc", before)));
        assertEquals(204, status(delete(3, "enqueued-time-utc", before)));
        assertEquals(1, broker.status("q").messages());
        assertEquals(1, deleted(delete(3)));
        assertEquals(
                List.of(3L, 1L, 0L, 1L),
                broker.audited.stream()
                        .map(change -> change.outcome().messages().orElseThrow())
                        .toList());
        assertEquals(
                new What("batch-delete-messages", "queue", "q"),
                broker.audited.get(0).what());
    }

    @Test
    void moreThanAreLookedAtInOneTurnAreDeleted() {
        for (int i = 0; i < 700; i++) {
            send("q", "x");
        }
        attachManagement("q");
        assertEquals(650, deleted(delete(650)));
        assertEquals(50, broker.status("q").messages());
    }

    @Test
    void whatAConsumerHasAndWhatWaitsForItsTimeStays() {
        Message later = Message.Factory.create();
        later.setMessageAnnotations(new MessageAnnotations(new HashMap<>(
                Map.of(Symbol.valueOf("x-opt-scheduled-enqueue-time"), new Date(broker.nowMillis + 60_000)))));
        later.setBody(new AmqpValue("later"));
        send("q", later);
        peer.attachReceiverNext(1, "out", "q");
        peer.send(0, TestPeer.credit(1, 0, 1));
        assertEquals(1, peer.transfers().size());
        send("q", "free");
        attachManagement("q");
        assertEquals(1, deleted(delete(10)));
        assertEquals(2, broker.status("q").messages());
        assertEquals(1, broker.status("q").scheduled());
    }

    @Test
    void aSessionIsForWhoHasIt() {
        Message ofA = Message.Factory.create();
        ofA.setGroupId("a");
        ofA.setBody(new AmqpValue("of a"));
        send("q", ofA);
        attachManagement("q");
        Message refused = delete(10, "session-id", "a");
        assertEquals(410, status(refused));
        assertEquals(
                new Outcome(410, Optional.of(description(refused)), OptionalLong.empty()),
                broker.audited.get(0).outcome());
        assertEquals(
                new What("batch-delete-messages", "queue", "q", Map.of("session", "a")),
                broker.audited.get(0).what());

        Attach accept = TestPeer.receiver(1, "session", "q");
        ((Source) accept.getSource())
                .setFilter(new HashMap<>(Map.of(Symbol.valueOf("com.microsoft:session-filter"), "a")));
        peer.send(0, accept);
        peer.nextOf(Attach.class);
        assertEquals(1, deleted(delete(10, "session-id", "a")));
        assertEquals(1, broker.status("q").messages());
    }

    private static String description(Message answer) {
        return (String) answer.getApplicationProperties().getValue().get("statusDescription");
    }

    @Test
    void ofDeadLettersThoseOfTheQueueAreDeleted() {
        for (String queue : List.of("s", "r")) {
            int handle = queue.equals("s") ? 0 : 5;
            peer.send(0, TestPeer.sender(handle, "to " + queue, queue));
            peer.nextOf(Flow.class);
            peer.send(0, TestPeer.transfer(handle, nextId++), TestPeer.message("bad"));
            peer.attachReceiverNext(handle + 1, "from " + queue, queue);
            peer.send(0, TestPeer.credit(handle + 1, 0, 1));
            peer.transfers();
            peer.send(0, TestPeer.disposition(Role.RECEIVER, nextId - 1, nextId - 1, true, new Rejected()));
        }
        assertEquals(2, broker.status("dead").messages());
        attachManagement("r/$DeadLetterQueue");
        assertEquals(1, deleted(delete(10)));
        assertEquals(204, status(delete(10)));
        assertEquals(1, broker.status("dead").messages());
    }

    @Test
    void whatIsNoCountOrNoTimeIsRefused() {
        send("q", "x");
        attachManagement("q");
        assertEquals(400, status(delete(0)));
        assertEquals(400, status(delete(1, "enqueued-time-utc", "today")));
        assertEquals(1, broker.status("q").messages());
    }
}
