package io.sluice.amqp.management;

import io.sluice.amqp.Access;
import io.sluice.amqp.AuditedChange.What;
import io.sluice.amqp.ConnectionRegistry;
import io.sluice.amqp.LocalNode;
import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Answers AMQP Management requests. Any thread; holds nothing of a request. Who may do what: {@link ManagementAccess}.
 *
 * <p>A request names {@code operation}, {@code type} and {@code name} or {@code identity} in its application-properties, and may
 * have a map as body; the answer has {@code statusCode} (int) and {@code statusDescription}, and for what can be answered a map
 * as body. Its correlation-id is the request's, or the request's message-id where it has none.
 */
public final class ManagementNode implements LocalNode {
    /** Where it is found. */
    public static final String ADDRESS = "$management";

    /** The type of the node itself, which operations on no single entity name. */
    private static final String NODE_TYPE = "org.amqp.management";

    private final Map<String, EntityType> types = new LinkedHashMap<>();
    private final EntityType node;

    /**
     * @param template the definition of a queue of that name as far as a request says nothing else
     * @param connections those of the broker
     */
    public ManagementNode(Queues queues, Function<String, QueueDefinition> template, ConnectionRegistry connections) {
        this(queues, new Configured(template, QueueDefinition.named("*"), Map.of()), connections, Optional.empty());
    }

    /** @param cluster where this broker is one of several */
    public ManagementNode(
            Queues queues, Configured configured, ConnectionRegistry connections, Optional<ClusterNodes> cluster) {
        Connections ofConnections = new Connections(connections);
        Links ofLinks = new Links(connections);
        Topics topics = new Topics(queues);
        Subscriptions subscriptions = new Subscriptions(queues);
        Exchanges exchanges = new Exchanges(queues);
        ExchangeBindings bindings = new ExchangeBindings(queues);
        Moves moves = new Moves(queues);
        add(QueueOperations.type(queues, configured));
        add(topics.type());
        add(subscriptions.type());
        add(exchanges.type());
        add(bindings.type());
        add(ofConnections.type());
        add(ofLinks.type());
        add(moves.type());
        Nodes nodes = new Nodes(cluster);
        add(nodes.type());
        Replicas replicas = new Replicas(cluster);
        add(replicas.type());
        ManagedUsers users = new ManagedUsers(queues, configured, connections);
        add(users.type());
        ManagedPolicies policies = new ManagedPolicies(queues, configured.plain());
        add(policies.type());
        ManagedDiverts diverts = new ManagedDiverts(queues, configured.diverts());
        add(diverts.type());
        Map<String, Listing> listings = new LinkedHashMap<>();
        listings.put(QueueAttributes.TYPE, new QueueListing(queues));
        listings.put(Topics.TYPE, topics);
        listings.put(Subscriptions.TYPE, subscriptions);
        listings.put(Connections.TYPE, ofConnections);
        listings.put(Links.TYPE, ofLinks);
        listings.put(Moves.TYPE, moves);
        listings.put(Nodes.TYPE, nodes);
        listings.put(Replicas.TYPE, replicas);
        listings.put(ManagedUsers.TYPE, users);
        listings.put(ManagedPolicies.TYPE, policies);
        listings.put(ManagedDiverts.TYPE, diverts);
        listings.put(Exchanges.TYPE, exchanges);
        listings.put(ExchangeBindings.TYPE, bindings);
        node = EntityType.of(
                NODE_TYPE,
                List.of(),
                new Query(listings),
                new Describe("GET-TYPES", () -> byType(type -> List.of())),
                new Describe("GET-ATTRIBUTES", () -> byType(EntityType::attributes)),
                new Describe("GET-OPERATIONS", this::operations),
                new Describe("GET-ANNOTATIONS", () -> byType(type -> List.of())),
                new SimpleOperation(
                        "GET-MGMT-NODES",
                        List.of(),
                        (request, answer) -> answer.give(Status.OK, "OK", List.of(), Map.of())));
    }

    private void add(EntityType type) {
        types.put(type.name(), type);
    }

    private Map<String, Object> byType(Function<EntityType, Object> what) {
        Map<String, Object> all = new LinkedHashMap<>();
        types.values().forEach(type -> all.put(type.name(), what.apply(type)));
        return all;
    }

    private Map<String, Object> operations() {
        Map<String, Object> all = byType(EntityType::arguments);
        all.put(NODE_TYPE, node.arguments());
        return all;
    }

    @Override
    public void request(Message request, String replyTo, Consumer<Message> reply) {
        request(request, replyTo, Access.ALL, reply);
    }

    @Override
    public void request(Message request, String replyTo, Access access, Consumer<Message> reply) {
        Answer answer = new Answer(replyTo, ManagementRequest.correlation(request), reply);
        try {
            ManagementRequest parsed = ManagementRequest.parse(request);
            Operation operation = operation(parsed);
            Optional<What> change = ChangeRequest.of(parsed);
            run(
                    operation,
                    parsed,
                    access,
                    change.map(what -> answer.audited(outcome -> access.audit(what, outcome)))
                            .orElse(answer));
        } catch (ManagementException e) {
            answer.refuse(e);
        }
    }

    private static void run(Operation operation, ManagementRequest request, Access access, Answer answer) {
        try {
            ManagementAccess.check(request, access);
            operation.run(request, answer);
        } catch (ManagementException e) {
            answer.refuse(e);
        }
    }

    private Operation operation(ManagementRequest request) throws ManagementException {
        String name = request.operation();
        String typeName = request.type().orElse(NODE_TYPE);
        if (node.operations().containsKey(name)) {
            return node.operations().get(name);
        }
        boolean known =
                types.values().stream().anyMatch(type -> type.operations().containsKey(name));
        if (!known) {
            throw new ManagementException(Status.NOT_IMPLEMENTED, "there is no operation '" + name + "'");
        }
        EntityType type = types.get(typeName);
        if (type == null) {
            throw ManagementException.badRequest(
                    "operation " + name + " is for a type of " + types.keySet() + ", not '" + typeName + "'");
        }
        Operation operation = type.operations().get(name);
        if (operation == null) {
            throw new ManagementException(
                    Status.NOT_IMPLEMENTED,
                    "a " + typeName + " has no operation '" + name + "', it has "
                            + type.operations().keySet());
        }
        return operation;
    }
}
