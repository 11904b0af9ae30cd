package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.amqp.servicebus.LockTokens;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.DeadLetter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.message.Message;

/** A peer that is one of Service Bus's clients, frame by frame, with what tests of it do over and over. */
abstract class ServiceBusPeer {
    final TestBroker broker = newBroker();
    final TestPeer peer = azure();
    int nextId;
    int answered;

    TestBroker newBroker() {
        return new TestBroker();
    }

    ServiceBusPeer() {
        broker.declare(
                QueueDefinition.named("s").withDeadLetter(new DeadLetter(Optional.of("dead"), Optional.empty(), 0)));
        broker.declare(
                QueueDefinition.named("r").withDeadLetter(new DeadLetter(Optional.of("dead"), Optional.empty(), 0)));
        broker.declare(QueueDefinition.named("dead"));
    }

    TestPeer azure() {
        TestPeer azure = new TestPeer(broker);
        azure.bytes(TestPeer.AMQP);
        Open open = TestPeer.openFrame();
        open.setProperties(Map.of(
                Symbol.valueOf("product"), "azure-messaging-servicebus",
                Symbol.valueOf("user-agent"), "azsdk-java-azure-messaging-servicebus/7.17.19"));
        azure.send(0, open);
        azure.expect(Open.class);
        azure.send(0, TestPeer.begin());
        azure.expect(Begin.class);
        return azure;
    }

    void send(String queue, String body) {
        if (nextId == 0) {
            peer.send(0, TestPeer.sender(0, "in", queue));
            peer.nextOf(Flow.class);
        }
        peer.send(0, TestPeer.transfer(0, nextId++), TestPeer.message(body));
    }

    List<TestPeer.Frame> receive(String address) {
        peer.attachReceiverNext(1, "out", address);
        peer.send(0, TestPeer.credit(1, 0, 10));
        return peer.transfers();
    }

    static Message decode(TestPeer.Frame frame) {
        Message message = Message.Factory.create();
        message.decode(frame.payload(), 0, frame.payload().length);
        return message;
    }

    static Object annotation(Message message, String key) {
        return message.getMessageAnnotations().getValue().get(Symbol.valueOf(key));
    }

    static UUID token(TestPeer.Frame frame) {
        Binary tag = ((Transfer) frame.body()).getDeliveryTag();
        assertEquals(16, tag.getLength());
        byte[] bytes = new byte[16];
        tag.asByteBuffer().get(bytes);
        return LockTokens.token(bytes);
    }

    void attachManagement(String entity) {
        Attach replies = TestPeer.receiver(9, "replies", entity + "/$management");
        ((Target) replies.getTarget()).setAddress("client-reply-to");
        peer.send(0, replies);
        peer.send(0, TestPeer.credit(9, 0, 100));
        peer.send(0, TestPeer.sender(8, "requests", entity + "/$management"));
        peer.nextOf(Flow.class);
    }

    /** Over handle 8 of an entity that was attached. */
    Message ask(String operation, Map<String, Object> body) {
        Message request = Message.Factory.create();
        request.setMessageId("request " + ++answered);
        request.setReplyTo("client-reply-to");
        request.setApplicationProperties(new ApplicationProperties(
                Map.of("operation", operation, "com.microsoft:server-timeout", UnsignedInteger.valueOf(1000))));
        request.setBody(new AmqpValue(body));
        byte[] bytes = new byte[4000];
        peer.transfers();
        peer.send(0, TestPeer.transfer(8, nextId++), Arrays.copyOf(bytes, request.encode(bytes, 0, bytes.length)));
        Message answer = decode(peer.next(Transfer.class));
        assertEquals("request " + answered, answer.getCorrelationId());
        return answer;
    }

    static int status(Message answer) {
        return (int) answer.getApplicationProperties().getValue().get("statusCode");
    }

    static String condition(Message answer) {
        return String.valueOf(answer.getApplicationProperties().getValue().get("errorCondition"));
    }

    static Map<?, ?> body(Message answer) {
        assertEquals(200, status(answer), () -> String.valueOf(answer.getApplicationProperties()));
        return (Map<?, ?>) ((AmqpValue) answer.getBody()).getValue();
    }

    static List<Message> messages(Message answer) {
        return ((List<?>) body(answer).get("messages"))
                .stream()
                        .map(each -> {
                            Binary encoded = (Binary) ((Map<?, ?>) each).get("message");
                            Message message = Message.Factory.create();
                            message.decode(encoded.getArray(), encoded.getArrayOffset(), encoded.getLength());
                            return message;
                        })
                        .toList();
    }

    void say(int delivery, boolean settled, org.apache.qpid.proton.amqp.transport.DeliveryState state) {
        peer.send(0, TestPeer.disposition(Role.RECEIVER, delivery, delivery, settled, state));
    }
}
