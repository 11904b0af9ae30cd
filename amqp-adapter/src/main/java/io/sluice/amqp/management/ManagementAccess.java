package io.sluice.amqp.management;

import io.sluice.amqp.Access;
import io.sluice.broker.Refusal;
import io.sluice.broker.security.Permissions.Action;
import java.util.Optional;
import java.util.Set;

/**
 * Which permission an operation needs. Whoever is connected may look at what there is, but for messages, which only those who may browse
 * their queue are shown. Changes are for those who may manage the queue, topic, subscription or exchange by its name, of a binding both its ends, of a new subscription its
 * topic, or all of another type under the name of that with a {@code $} in front, as {@code $user}.
 */
final class ManagementAccess {
    private static final String PEEK = "PEEK";
    private static final Set<String> LOOKS = Set.of(
            "READ",
            "QUERY",
            "GET-TYPES",
            "GET-ATTRIBUTES",
            "GET-OPERATIONS",
            "GET-ANNOTATIONS",
            "GET-MGMT-NODES",
            "EXPLAIN",
            "LIST-SCHEDULED");
    private static final Set<String> NAMED =
            Set.of(QueueAttributes.TYPE, Topics.TYPE, Subscriptions.TYPE, Exchanges.TYPE);

    private ManagementAccess() {}

    /** Whether it changes nothing. */
    static boolean looks(String operation) {
        return LOOKS.contains(operation) || operation.equals(PEEK);
    }

    static void check(ManagementRequest request, Access access) throws ManagementException {
        String operation = request.operation();
        if (LOOKS.contains(operation)) {
            return;
        }
        String type = request.type().orElse("");
        if (type.equals(ExchangeBindings.TYPE)) {
            for (String end : ExchangeBindings.ends(request)) {
                forbid(access.refusal(Action.MANAGE, end));
            }
            return;
        }
        Optional<Refusal> refusal =
                access.refusal(operation.equals(PEEK) ? Action.BROWSE : Action.MANAGE, address(request, type));
        if (operation.equals("MOVE") && refusal.isEmpty()) {
            Optional<String> to = request.textArgument("to");
            refusal = to.flatMap(name -> access.refusal(Action.MANAGE, name));
        }
        forbid(refusal);
    }

    private static void forbid(Optional<Refusal> refusal) throws ManagementException {
        if (refusal.isPresent()) {
            throw new ManagementException(Status.FORBIDDEN, refusal.get().text());
        }
    }

    /** The name of a subscription is its subscriber's choice, so it gives nobody a right: only its queue's does. */
    private static String address(ManagementRequest request, String type) throws ManagementException {
        if (type.equals(Subscriptions.TYPE) && request.operation().equals("CREATE")) {
            return request.neededText(Subscriptions.TOPIC);
        }
        boolean named = NAMED.contains(type)
                && (!type.equals(Subscriptions.TYPE) || request.text("identity").isPresent());
        return named ? request.name() : "$" + type;
    }
}
