package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.rabbitmq.BrokerNode;
import io.sluice.amqp.rabbitmq.RabbitManagementNode;
import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.security.Permissions;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests to a node of the broker and the way of its answers. */
class LocalNodeTest {
    private final TestBroker broker = new TestBroker();
    private TestPeer peer;

    @BeforeEach
    void aNodeThatEchoes() {
        broker.nodes.put("$echo", (request, replyTo, reply) -> {
            byte[] answer = TestPeer.message("to " + replyTo + ": " + TestPeer.body(request.encoded()));
            reply.accept(new Message(answer, 0, Message.Header.DEFAULT, Annotations.EMPTY));
        });
        peer = TestPeer.begun(broker);
    }

    /** As {@link #aNodeThatEchoes}, over pairs of links. */
    private static final class Paired implements LocalNode {
        @Override
        public boolean isPaired() {
            return true;
        }

        @Override
        public void request(Message request, String replyTo, java.util.function.Consumer<Message> reply) {
            byte[] answer = TestPeer.message("to " + replyTo + ": " + TestPeer.body(request.encoded()));
            reply.accept(new Message(answer, 0, Message.Header.DEFAULT, Annotations.EMPTY));
        }
    }

    private void attachPair(TestPeer who) {
        who.attachSender(0, "pair", "/paired");
        Attach receiver = TestPeer.receiver(1, "pair", "/paired");
        ((Target) receiver.getTarget()).setAddress(null);
        who.send(0, receiver);
        assertEquals(
                java.util.Map.of(org.apache.qpid.proton.amqp.Symbol.valueOf("paired"), true),
                who.nextOf(Attach.class).getProperties());
        who.send(0, TestPeer.credit(1, 0, 5));
    }

    @Test
    void theAnswerComesOnThePairedLinkOfItsOwnConnection() {
        broker.nodes.put("/paired", new Paired());
        attachPair(peer);
        TestPeer other = TestPeer.begun(broker);
        attachPair(other);
        peer.send(0, TestPeer.transfer(0, 0), requestTo("$me", "hello"));
        assertEquals("to $me: hello", TestPeer.body(peer.transfers().get(0).payload()));
        assertTrue(other.transfers().isEmpty());
        other.send(0, TestPeer.transfer(0, 0), requestTo("$me", "me too"));
        assertEquals("to $me: me too", TestPeer.body(other.transfers().get(0).payload()));
    }

    @Test
    void whatIsNotAllowedEndsTheSessionOfRabbitMqsClientsAndOfNobodyElse() {
        broker.nodes.put(
                "/management",
                new RabbitManagementNode(
                        address -> broker.mailbox, QueueDefinition::named, () -> "any", BrokerNode.alone("n")));
        broker.permissions = Optional.of(Permissions.NONE);
        TestPeer rabbit = new TestPeer(broker);
        rabbit.bytes(TestPeer.AMQP);
        Open open = TestPeer.openFrame();
        open.setHostname("vhost:/");
        rabbit.send(0, open);
        for (TestPeer who : new TestPeer[] {rabbit, peer}) {
            if (who == rabbit) {
                who.nextOf(Open.class);
                who.send(0, TestPeer.begin());
                who.nextOf(Begin.class);
            }
            who.attachSender(0, "pair", "/management");
            Attach receiver = TestPeer.receiver(1, "pair", "/management");
            ((Target) receiver.getTarget()).setAddress(null);
            who.send(0, receiver);
            who.nextOf(Attach.class);
            who.send(0, TestPeer.credit(1, 0, 5));
            who.send(0, TestPeer.transfer(0, 0), deletion());
        }
        End end = rabbit.nextOf(End.class);
        assertEquals("amqp:unauthorized-access", end.getError().getCondition().toString());
        assertTrue(end.getError().getDescription().endsWith("may not manage 'q'"), end.toString());
        assertTrue(rabbit.transfers().isEmpty());
        // What is on its way in that session is not heard any more; another one is as good as new.
        rabbit.send(0, TestPeer.transfer(0, 1), deletion());
        rabbit.send(1, TestPeer.begin());
        rabbit.nextOf(Begin.class);
        assertEquals(1, peer.transfers().size());
    }

    private static byte[] deletion() {
        org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
        message.setSubject("DELETE");
        message.setAddress("/queues/q");
        message.setReplyTo("$me");
        byte[] encoded = new byte[1000];
        return java.util.Arrays.copyOf(encoded, message.encode(encoded, 0, encoded.length));
    }

    static byte[] request(String replyTo, String body) {
        org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
        message.setReplyTo(replyTo);
        message.setBody(new org.apache.qpid.proton.amqp.messaging.Data(
                new org.apache.qpid.proton.amqp.Binary(body.getBytes(StandardCharsets.UTF_8))));
        byte[] encoded = new byte[1000];
        int length = message.encode(encoded, 0, encoded.length);
        return java.util.Arrays.copyOf(encoded, length);
    }

    private void attachReplies(int handle, String address) {
        Attach attach = TestPeer.receiver(handle, "replies-" + address, "$echo");
        ((Target) attach.getTarget()).setAddress(address);
        peer.send(0, attach);
        peer.nextOf(Attach.class);
    }

    @Test
    void theAnswerComesToTheTemporaryQueueItsRequestNames() {
        Attach receiver = TestPeer.receiver(1, "mine", null);
        ((org.apache.qpid.proton.amqp.messaging.Source) receiver.getSource()).setDynamic(true);
        peer.send(0, receiver);
        String mine = ((org.apache.qpid.proton.amqp.messaging.Source)
                        peer.nextOf(Attach.class).getSource())
                .getAddress();
        peer.send(0, TestPeer.credit(1, 0, 5));
        peer.attachSender(0, "requests", "$echo");
        peer.send(0, TestPeer.transfer(0, 0), requestTo(mine, "hello"));
        TestPeer.Frame answer = peer.transfers().get(0);
        assertEquals("to " + mine + ": hello", TestPeer.body(answer.payload()));
    }

    @Test
    void theAnswerComesOnTheLinkItsRequestNames() {
        peer.attachSender(0, "requests", "$echo");
        attachReplies(1, "me");
        attachReplies(2, "other");
        peer.send(0, TestPeer.credit(1, 0, 5));
        peer.send(0, TestPeer.credit(2, 0, 5));
        byte[] request = requestTo("me", "hello");
        peer.send(0, TestPeer.transfer(0, 0), request);
        assertEquals(Accepted.getInstance(), peer.nextOf(Disposition.class).getState());
        TestPeer.Frame answer = peer.frames.stream()
                .filter(f -> f.body() instanceof Transfer)
                .findFirst()
                .orElseThrow();
        assertEquals("to me: hello", TestPeer.body(answer.payload()));
        assertEquals(1, ((Transfer) answer.body()).getHandle().intValue());
    }

    /** The data section of proton's encoder is the short one; ours has the long one. */
    private static byte[] requestTo(String replyTo, String body) {
        byte[] data = TestPeer.message(body);
        byte[] properties = request(replyTo, "");
        int end = properties.length - 5;
        byte[] whole = java.util.Arrays.copyOf(properties, end + data.length);
        System.arraycopy(data, 0, whole, end, data.length);
        return whole;
    }

    @Test
    void anAnswerWaitsForCreditAndOneToNobodyIsDropped() {
        peer.attachSender(0, "requests", "$echo");
        attachReplies(1, "me");
        peer.send(0, TestPeer.transfer(0, 0), requestTo("nobody", "a"));
        peer.send(0, TestPeer.transfer(0, 1), requestTo("me", "b"));
        assertTrue(peer.transfers().isEmpty());
        peer.send(0, TestPeer.credit(1, 0, 5));
        assertEquals("to me: b", TestPeer.body(peer.transfers().get(0).payload()));
    }

    @Test
    void ofAnswersThatNobodyTakesTheNewestWaitUpToALimitOfBytes() {
        int[] asked = {0};
        broker.nodes.put("$large", (request, replyTo, reply) -> {
            byte[] answer = TestPeer.message(++asked[0] + "x".repeat(1 << 20));
            reply.accept(new Message(answer, 0, Message.Header.DEFAULT, Annotations.EMPTY));
        });
        peer.attachSender(0, "requests", "$large");
        attachReplies(1, "me");
        for (int i = 0; i < 20; i++) {
            peer.send(0, TestPeer.transfer(0, i), requestTo("me", "a"));
        }
        assertEquals(20, asked[0]);
        peer.send(0, TestPeer.credit(1, 0, 100));
        StringBuilder firsts = new StringBuilder();
        boolean begins = true;
        for (TestPeer.Frame frame : peer.transfers()) {
            if (begins) {
                firsts.append(TestPeer.body(frame.payload()), 0, 2).append(' ');
            }
            begins = !((Transfer) frame.body()).getMore();
        }
        assertEquals("14 15 16 17 18 19 20 ", firsts.toString());
    }

    @Test
    void drainIsAnswered() {
        attachReplies(1, "me");
        Flow drain = TestPeer.credit(1, 0, 5);
        drain.setDrain(true);
        peer.send(0, drain);
        assertEquals(0, peer.nextOf(Flow.class).getLinkCredit().intValue());
    }

    @Test
    void aReceiverWithoutATargetAddressIsKnownByItsName() {
        peer.attachSender(0, "requests", "$echo");
        Attach receiver = TestPeer.receiver(1, "cbs-1", "$echo");
        ((Target) receiver.getTarget()).setAddress(null);
        peer.send(0, receiver);
        peer.nextOf(Attach.class);
        peer.send(0, TestPeer.credit(1, 0, 5));
        peer.send(0, TestPeer.transfer(0, 0), requestTo("cbs-1", "hello"));
        assertEquals("to cbs-1: hello", TestPeer.body(peer.transfers().get(0).payload()));
    }
}
