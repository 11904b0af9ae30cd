package io.sluice.amqp.management;

import io.sluice.amqp.LocalNode;
import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Answers AMQP Management requests for queues. Any thread; holds nothing of a request. Whoever may send to it may do all of it.
 *
 * <p>A request names {@code operation}, {@code type} and {@code name} in its application-properties, and for CREATE and QUERY has
 * a map as body; the answer has {@code statusCode} (int) and {@code statusDescription}, and for what can be answered a map as
 * body. Its correlation-id is the request's, or the request's message-id where it has none.
 */
public final class ManagementNode implements LocalNode {
    /** Where it is found. */
    public static final String ADDRESS = "$management";

    /** The type of the node itself, which operations on no single entity name. */
    private static final String NODE_TYPE = "org.amqp.management";

    private final Map<String, Operation> onQueues = new LinkedHashMap<>();
    private final Map<String, Operation> onNode = new LinkedHashMap<>();

    /** @param template the definition of a queue of that name as far as a request says nothing else */
    public ManagementNode(Queues queues, Function<String, QueueDefinition> template) {
        add(onQueues, new CreateQueue(queues, template));
        add(onQueues, new ReadQueue(queues));
        add(onQueues, new DeleteQueue(queues));
        add(onQueues, new PurgeQueue(queues));
        add(onNode, new QueryQueues(queues));
        add(onNode, new Describe("GET-TYPES", () -> Map.of(QueueAttributes.TYPE, List.of())));
        add(onNode, new Describe("GET-ATTRIBUTES", () -> Map.of(QueueAttributes.TYPE, QueueAttributes.names())));
        add(
                onNode,
                new Describe(
                        "GET-OPERATIONS",
                        () -> Map.of(QueueAttributes.TYPE, arguments(onQueues), NODE_TYPE, arguments(onNode))));
    }

    private static void add(Map<String, Operation> operations, Operation operation) {
        operations.put(operation.name(), operation);
    }

    private static Map<String, List<String>> arguments(Map<String, Operation> operations) {
        Map<String, List<String>> arguments = new LinkedHashMap<>();
        operations.forEach((name, operation) -> arguments.put(name, operation.arguments()));
        return arguments;
    }

    @Override
    public void request(Message request, String replyTo, Consumer<Message> reply) {
        Answer answer = new Answer(replyTo, ManagementRequest.correlation(request), reply);
        try {
            ManagementRequest parsed = ManagementRequest.parse(request);
            operation(parsed).run(parsed, answer);
        } catch (ManagementException e) {
            answer.refuse(e);
        }
    }

    private Operation operation(ManagementRequest request) throws ManagementException {
        String name = request.operation();
        String type = request.type().orElse(NODE_TYPE);
        if (onNode.containsKey(name)) {
            return onNode.get(name);
        }
        if (!onQueues.containsKey(name)) {
            throw new ManagementException(Status.NOT_IMPLEMENTED, "there is no operation '" + name + "'");
        }
        if (!type.equals(QueueAttributes.TYPE)) {
            throw ManagementException.badRequest("operation " + name + " is for type 'queue', not '" + type + "'");
        }
        return onQueues.get(name);
    }
}
