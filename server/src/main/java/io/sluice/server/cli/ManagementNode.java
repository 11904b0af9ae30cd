package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.SenderOptions;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.apache.qpid.protonj2.client.exceptions.ClientOperationTimedOutException;

/** A broker's management node (AMQP Management): one request, one response. For the length of one command. */
final class ManagementNode {
    static final String ADDRESS = "$management";
    private static final long TIMEOUT_MILLIS = 30_000;
    private static final int PAGE_ROWS = 1000;

    private final BrokerConnection connection;
    private final Sender sender;
    private final Receiver receiver;
    private final long answerMillis;
    private int requests;
    /** Entities there are in all, as the last answer said; -1 where it did not. */
    private long total;
    /** Messages that the last answer said, beside its body, were concerned; -1 where it did not. */
    private long messages;

    private ManagementNode(BrokerConnection connection, Sender sender, Receiver receiver, long answerMillis) {
        this.answerMillis = answerMillis;
        this.connection = connection;
        this.sender = sender;
        this.receiver = receiver;
    }

    static ManagementNode open(BrokerConnection connection) throws CommandFailure {
        return open(connection, TIMEOUT_MILLIS);
    }

    /** @param answerMillis longest time that an answer takes */
    static ManagementNode open(BrokerConnection connection, long answerMillis) throws CommandFailure {
        try {
            // The client library gives a receiving link its source's address as target too: it is our reply-to.
            Receiver receiver = connection.amqp().openReceiver(ADDRESS, new ReceiverOptions().creditWindow(1));
            connection.awaitOpen(receiver);
            Sender sender = connection.amqp().openSender(ADDRESS, new SenderOptions().sendTimeout(TIMEOUT_MILLIS));
            connection.awaitOpen(sender);
            return new ManagementNode(connection, sender, receiver, answerMillis);
        } catch (ClientException e) {
            throw connection.failure(e);
        }
    }

    /** Asks for an operation on a queue; otherwise as {@link #request(String, String, Map, Map)}. */
    Object request(String operation, Map<String, Object> properties, Map<String, Object> body) throws CommandFailure {
        return request(operation, "queue", properties, body);
    }

    /**
     * Asks for an operation.
     *
     * @param type of the entity
     * @param properties of the request beside operation and type
     * @return the body of the response
     * @throws CommandFailure the broker refuses it, or does not answer
     */
    Object request(String operation, String type, Map<String, Object> properties, Map<String, Object> body)
            throws CommandFailure {
        Response response = exchange(operation, type, properties, body);
        if (!response.isDone()) {
            throw new CommandFailure(
                    ExitCode.REFUSED,
                    "refused with status " + response.status
                            + (response.description.isEmpty() ? "" : ": " + response.description));
        }
        total = response.total;
        messages = response.messages;
        return response.body;
    }

    /**
     * What the broker answered, whatever it is.
     *
     * @param total entities there are in all; -1 where it did not say
     * @param messages that were concerned, beside the body; -1 where it did not say
     */
    record Response(int status, String description, Object body, long total, long messages) {
        boolean isDone() {
            return status >= 200 && status <= 299;
        }
    }

    /** As {@link #request(String, String, Map, Map)}, also of what is refused. @param type "" for an operation of the node */
    Response exchange(String operation, String type, Map<String, Object> properties, Map<String, Object> body)
            throws CommandFailure {
        try {
            String id = "request-" + ++requests;
            Message<Map<String, Object>> request = Message.create(body);
            request.messageId(id).correlationId(id).replyTo(ADDRESS);
            request.property("operation", operation);
            if (!type.isEmpty()) {
                request.property("type", type);
            }
            for (Map.Entry<String, Object> property : properties.entrySet()) {
                request.property(property.getKey(), property.getValue());
            }
            sender.send(request).awaitAccepted(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            Delivery delivery = receiver.receive(answerMillis, TimeUnit.MILLISECONDS);
            if (delivery == null) {
                throw new ClientOperationTimedOutException("no response to " + operation);
            }
            Message<Object> response = delivery.message();
            Object description = response.property("statusDescription");
            return new Response(
                    (int) Math.max(0, number(response, "statusCode")),
                    description == null ? "" : String.valueOf(description),
                    response.body(),
                    number(response, "total"),
                    number(response, "messages"));
        } catch (ClientException e) {
            throw connection.failure(e);
        }
    }

    /** As {@link #request(String, String, Map, Map)}, of an operation that is answered with a map. */
    Map<String, Object> ask(String operation, String type, Map<String, Object> properties) throws CommandFailure {
        Object body = request(operation, type, properties, Map.of());
        if (!(body instanceof Map<?, ?> map)) {
            throw new CommandFailure(
                    ExitCode.REFUSED, ADDRESS + " answered " + operation + " with something else than a map");
        }
        return byName(map);
    }

    /** The same with names as keys. */
    static Map<String, Object> byName(Map<?, ?> map) {
        Map<String, Object> named = new LinkedHashMap<>();
        map.forEach((key, value) -> named.put(String.valueOf(key), value));
        return named;
    }

    /** The maps in a list, of which an answer may have none. */
    static List<Map<String, Object>> maps(Object list) {
        List<Map<String, Object>> maps = new ArrayList<>();
        if (list instanceof List<?> entries) {
            for (Object entry : entries) {
                if (entry instanceof Map<?, ?> map) {
                    maps.add(byName(map));
                }
            }
        }
        return maps;
    }

    /** How many messages went with what the last request deleted; empty: the broker did not say. */
    OptionalLong messages() {
        return messages < 0 ? OptionalLong.empty() : OptionalLong.of(messages);
    }

    private static long number(Message<?> response, String property) throws ClientException {
        return response.property(property) instanceof Number number ? number.longValue() : -1;
    }

    /** All entities of a type, as rows of these attributes. */
    List<Map<String, Object>> all(String type, List<String> attributes) throws CommandFailure {
        List<Map<String, Object>> all = new ArrayList<>();
        int got;
        do {
            Map<String, Object> page = Map.of("entityType", type, "offset", all.size(), "count", PAGE_ROWS);
            Object body = request("QUERY", type, page, Map.of("attributeNames", attributes));
            if (!(body instanceof Map<?, ?> answer
                    && answer.get("attributeNames") instanceof List<?> names
                    && answer.get("results") instanceof List<?> results)) {
                throw new CommandFailure(
                        ExitCode.REFUSED, ADDRESS + " answered QUERY with something else than a table");
            }
            results.forEach(row -> all.add(row(names, row)));
            got = results.size();
            // Where the broker counts them, an answer may be shorter than asked for without being the last.
        } while (total < 0 ? got == PAGE_ROWS : got > 0 && all.size() < total);
        return all;
    }

    /** A row of a table, by the names of its columns. */
    static Map<String, Object> row(List<?> names, Object values) {
        Map<String, Object> row = new LinkedHashMap<>();
        if (values instanceof List<?> list) {
            for (int i = 0; i < Math.min(names.size(), list.size()); i++) {
                row.put(String.valueOf(names.get(i)), list.get(i));
            }
        }
        return row;
    }
}
