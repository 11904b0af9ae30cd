package io.sluice.amqp.management;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.amqp.message.IncomingMessage;
import io.sluice.amqp.message.MalformedMessageException;
import io.sluice.broker.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;

/** Asks a management node as its callers do: with encoded messages. */
public final class ManagementCalls {
    private final ManagementNode node;
    private final Runnable run;

    /** @param run lets everybody work until there is an answer */
    public ManagementCalls(ManagementNode node, Runnable run) {
        this.node = node;
        this.run = run;
    }

    public Reply ask(Map<String, ?> properties, Map<String, ?> body) {
        return send(request(properties, body));
    }

    /** Of an entity type. @param more application properties, name and value in turns */
    public Reply ask(String operation, String type, Object... more) {
        Map<String, Object> properties = new HashMap<>(Map.of("operation", operation, "type", type));
        for (int i = 0; i < more.length; i += 2) {
            properties.put((String) more[i], more[i + 1]);
        }
        return ask(properties, null);
    }

    static org.apache.qpid.proton.message.Message request(Map<String, ?> properties, Map<String, ?> body) {
        org.apache.qpid.proton.message.Message request = org.apache.qpid.proton.message.Message.Factory.create();
        request.setApplicationProperties(new ApplicationProperties(new HashMap<>(properties)));
        request.setBody(new AmqpValue(body));
        return request;
    }

    Reply send(org.apache.qpid.proton.message.Message request) {
        byte[] buffer = new byte[1 << 16];
        int length = request.encode(buffer, 0, buffer.length);
        List<Message> replies = new ArrayList<>();
        try {
            node.request(IncomingMessage.parse(Arrays.copyOf(buffer, length), 0), "back", replies::add);
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
        run.run();
        assertEquals(1, replies.size());
        return new Reply(replies.get(0));
    }

    /** An answer, decoded. */
    public static final class Reply {
        private final org.apache.qpid.proton.message.Message message =
                org.apache.qpid.proton.message.Message.Factory.create();

        Reply(Message reply) {
            message.decode(reply.encoded(), 0, reply.encoded().length);
        }

        org.apache.qpid.proton.message.Message message() {
            return message;
        }

        public Map<String, Object> properties() {
            return message.getApplicationProperties().getValue();
        }

        public Map<?, ?> body() {
            return (Map<?, ?>) ((AmqpValue) message.getBody()).getValue();
        }

        public List<?> list() {
            return (List<?>) ((AmqpValue) message.getBody()).getValue();
        }

        /** Rows of a QUERY, by attribute. */
        public List<Map<String, Object>> rows() {
            List<?> names = (List<?>) body().get("attributeNames");
            List<Map<String, Object>> rows = new ArrayList<>();
            for (Object row : (List<?>) body().get("results")) {
                Map<String, Object> byName = new HashMap<>();
                for (int i = 0; i < names.size(); i++) {
                    byName.put((String) names.get(i), ((List<?>) row).get(i));
                }
                rows.add(byName);
            }
            return rows;
        }

        public void is(int status, String description) {
            assertEquals(description, properties().get("statusDescription"));
            assertEquals(status, properties().get("statusCode"));
        }

        public Reply ok() {
            is(200, "OK");
            return this;
        }
    }
}
