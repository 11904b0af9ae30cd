package io.sluice.amqp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;

/** Whole conversations of clients, recorded with what the broker answered. */
final class Conversations {
    static final int THRESHOLD_BYTES = 4_000;

    /**
     * One conversation.
     *
     * @param steps what the client sent, each up to where it waited for answers
     * @param answer all that the broker sent
     */
    record Recorded(String name, List<byte[]> steps, byte[] answer) {
        @Override
        public String toString() {
            return name;
        }
    }

    private Conversations() {}

    /** A broker as all of these are recorded with. */
    static TestBroker broker() {
        TestBroker broker = new TestBroker();
        broker.limits =
                AmqpLimits.DEFAULT.withSessionsAndLinks(8, 32).withDynamicNodes(new AmqpLimits.DynamicNodes(8, 64, 60));
        broker.thresholdBytes = THRESHOLD_BYTES;
        return broker;
    }

    static List<Recorded> all() {
        Map<String, Consumer<TestPeer>> scripts = new LinkedHashMap<>();
        scripts.put("messages and outcomes", Conversations::messages);
        scripts.put("SASL", Conversations::sasl);
        scripts.put("two sessions", Conversations::twoSessions);
        scripts.put("large messages", Conversations::largeMessages);
        scripts.put("dynamic nodes", Conversations::dynamicNodes);
        scripts.put("refusals", Conversations::refusals);
        return scripts.entrySet().stream()
                .map(script -> record(script.getKey(), script.getValue(), Conversations::broker))
                .toList();
    }

    private static Recorded record(String name, Consumer<TestPeer> script, Supplier<TestBroker> broker) {
        TestPeer peer = new TestPeer(broker.get());
        script.accept(peer);
        peer.settle();
        return new Recorded(name, List.copyOf(peer.steps), peer.raw.toByteArray());
    }

    private static void begin(TestPeer peer) {
        peer.bytes(TestPeer.AMQP);
        peer.send(0, TestPeer.openFrame());
        peer.send(0, TestPeer.begin());
    }

    private static void messages(TestPeer peer) {
        begin(peer);
        peer.send(0, TestPeer.sender(0, "in", "q"));
        peer.send(0, TestPeer.receiver(1, "out", "q"));
        for (int i = 0; i < 10; i++) {
            peer.send(0, TestPeer.transfer(0, i), TestPeer.message("m" + i));
        }
        byte[] large = TestPeer.message("large ".repeat(300));
        Transfer first = TestPeer.transfer(0, 10);
        first.setMore(true);
        peer.send(0, first, Arrays.copyOf(large, 1000));
        peer.send(0, continuation(0), Arrays.copyOfRange(large, 1000, large.length));
        Transfer aborted = TestPeer.transfer(0, 11);
        aborted.setMore(true);
        peer.send(0, aborted, new byte[10]);
        Transfer end = continuation(0);
        end.setAborted(true);
        peer.send(0, end);
        peer.send(0, TestPeer.credit(1, 0, 8));
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 2, true, Accepted.getInstance()));
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 3, 3, false, Released.getInstance()));
        Modified modified = new Modified();
        modified.setDeliveryFailed(true);
        modified.setMessageAnnotations(Map.of(Symbol.valueOf("x-opt-tried"), "once"));
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 4, 4, true, modified));
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 5, 5, true, new Rejected()));
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 6, 6, true, null));
        Flow drain = TestPeer.credit(1, 8, 20);
        drain.setDrain(true);
        peer.send(0, drain);
        Flow echo = TestPeer.sessionFlow();
        echo.setEcho(true);
        peer.send(0, echo);
        peer.send(0, null);
        peer.send(0, TestPeer.detach(0, true));
        peer.send(0, TestPeer.detach(1, false));
        peer.send(0, new End());
        peer.send(0, new Close());
    }

    private static Transfer continuation(int handle) {
        Transfer transfer = new Transfer();
        transfer.setHandle(UnsignedInteger.valueOf(handle));
        return transfer;
    }

    private static void sasl(TestPeer peer) {
        peer.bytes(TestPeer.SASL);
        SaslInit init = new SaslInit();
        init.setMechanism(Symbol.valueOf("PLAIN"));
        init.setInitialResponse(new Binary("\0alice\0secret".getBytes(StandardCharsets.UTF_8)));
        init.setHostname("localhost");
        peer.sasl(init);
        begin(peer);
        Attach sender = TestPeer.sender(0, "in", null);
        sender.setRcvSettleMode(ReceiverSettleMode.SECOND);
        peer.send(0, sender);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.messageTo("auto.made", "x"));
        peer.send(0, TestPeer.disposition(Role.SENDER, 0, 0, true, Accepted.getInstance()));
        peer.send(0, TestPeer.transfer(0, 1), TestPeer.messageTo("nowhere", "x"));
        peer.send(0, new Close());
    }

    private static void twoSessions(TestPeer peer) {
        begin(peer);
        peer.send(3, TestPeer.begin());
        Attach presettled = TestPeer.sender(0, "in", "q");
        presettled.setSndSettleMode(SenderSettleMode.SETTLED);
        peer.send(0, presettled);
        Attach browser = TestPeer.receiver(0, "browse", "q");
        ((Source) browser.getSource()).setDistributionMode(Symbol.valueOf("copy"));
        peer.send(3, browser);
        peer.send(3, TestPeer.credit(0, 0, 100));
        for (int i = 0; i < 5; i++) {
            Transfer transfer = TestPeer.transfer(0, i);
            transfer.setSettled(true);
            peer.send(0, transfer, TestPeer.message("settled " + i));
        }
        Attach atMostOnce = TestPeer.receiver(1, "out", "q");
        atMostOnce.setSndSettleMode(SenderSettleMode.SETTLED);
        peer.send(3, atMostOnce);
        peer.send(3, TestPeer.credit(1, 0, 2));
        // Takes the link over, from the other session.
        peer.send(0, TestPeer.receiver(7, "out", "q"));
        peer.send(0, TestPeer.credit(7, 0, 2));
        peer.send(3, TestPeer.detach(1, true));
        peer.send(3, new End());
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 1, true, Accepted.getInstance()));
        peer.send(0, new Close());
    }

    private static void largeMessages(TestPeer peer) {
        begin(peer);
        peer.send(0, TestPeer.sender(0, "in", "q"));
        peer.send(0, TestPeer.receiver(1, "out", "q"));
        byte[] large = TestPeer.message("0123456789".repeat(1200));
        for (int id = 0; id < 2; id++) {
            for (int at = 0; at < large.length; at += 3000) {
                int end = Math.min(large.length, at + 3000);
                Transfer transfer = at == 0 ? TestPeer.transfer(0, id) : continuation(0);
                transfer.setMore(end < large.length);
                peer.send(0, transfer, Arrays.copyOfRange(large, at, end));
            }
        }
        peer.send(0, TestPeer.transfer(0, 2), TestPeer.message("small"));
        peer.send(0, TestPeer.credit(1, 0, 3));
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 2, true, Accepted.getInstance()));
        peer.send(0, new Close());
    }

    private static void dynamicNodes(TestPeer peer) {
        begin(peer);
        Attach replies = TestPeer.receiver(0, "replies", null);
        ((Source) replies.getSource()).setDynamic(true);
        peer.send(0, replies);
        peer.send(0, TestPeer.credit(0, 0, 5));
        Attach temporary = TestPeer.sender(1, "temporary", null);
        ((Target) temporary.getTarget()).setDynamic(true);
        peer.send(0, temporary);
        peer.send(0, TestPeer.sender(2, "anonymous", null));
        peer.send(0, TestPeer.transfer(2, 0), TestPeer.messageTo("$temporary/node1", "reply"));
        peer.send(0, TestPeer.transfer(1, 1), TestPeer.message("to node2"));
        peer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 0, true, Accepted.getInstance()));
        peer.send(0, TestPeer.detach(0, false));
        peer.send(0, TestPeer.receiver(5, "replies", "$temporary/node1"));
        peer.send(0, TestPeer.detach(5, true));
        peer.send(0, TestPeer.transfer(2, 2), TestPeer.messageTo("$temporary/node1", "too late"));
        peer.send(0, new End());
        peer.send(0, new Close());
    }

    private static void refusals(TestPeer peer) {
        begin(peer);
        peer.send(0, TestPeer.sender(0, "in", "nowhere"));
        peer.send(0, TestPeer.detach(0, true));
        Attach broken = TestPeer.receiver(1, "out", "q");
        broken.setSource(null);
        peer.send(0, broken);
        peer.send(0, TestPeer.sender(2, "in", "q"));
        Transfer transfer = TestPeer.transfer(2, 0);
        transfer.setRcvSettleMode(ReceiverSettleMode.SECOND);
        peer.send(0, transfer, TestPeer.message("x"));
        peer.send(0, TestPeer.transfer(9, 1), TestPeer.message("x"));
        peer.send(1, TestPeer.begin());
        peer.send(0, TestPeer.begin());
    }
}
