package io.sluice.amqp.rabbitmq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.amqp.Access;
import io.sluice.amqp.message.IncomingMessage;
import io.sluice.amqp.message.MalformedMessageException;
import io.sluice.broker.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;

/** Asks the node as RabbitMQ's clients do: with encoded messages. */
final class RabbitCalls {
    private final RabbitManagementNode node;

    RabbitCalls(RabbitManagementNode node) {
        this.node = node;
    }

    /** What came back. */
    record Answer(String status, Object body) {
        Map<?, ?> map() {
            return (Map<?, ?>) body;
        }
    }

    Answer ask(String method, String target, Object body) {
        return ask(method, target, body, Access.ALL);
    }

    Answer ask(String method, String target, Object body, Access access) {
        org.apache.qpid.proton.message.Message request = org.apache.qpid.proton.message.Message.Factory.create();
        UUID id = UUID.randomUUID();
        request.setSubject(method);
        request.setAddress(target);
        request.setMessageId(id);
        request.setReplyTo("$me");
        request.setBody(new AmqpValue(body));
        org.apache.qpid.proton.message.Message reply = send(request, access);
        assertEquals(id, reply.getCorrelationId());
        assertEquals("$me", reply.getAddress());
        assertEquals(
                Map.of("http:response", "1.1"), reply.getApplicationProperties().getValue());
        return new Answer(reply.getSubject(), ((AmqpValue) reply.getBody()).getValue());
    }

    org.apache.qpid.proton.message.Message send(org.apache.qpid.proton.message.Message request, Access access) {
        byte[] buffer = new byte[1 << 16];
        int length = request.encode(buffer, 0, buffer.length);
        List<Message> replies = new ArrayList<>();
        try {
            node.request(IncomingMessage.parse(Arrays.copyOf(buffer, length), 0), "$me", access, replies::add);
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
        assertEquals(1, replies.size());
        org.apache.qpid.proton.message.Message reply = org.apache.qpid.proton.message.Message.Factory.create();
        reply.decode(replies.get(0).encoded(), 0, replies.get(0).encoded().length);
        return reply;
    }
}
