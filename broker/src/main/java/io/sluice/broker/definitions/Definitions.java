package io.sluice.broker.definitions;

import io.sluice.broker.security.User;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Users and policies as they were defined while the broker served; what the configuration file says is not among them. They are in the
 * journal, so every node of a cluster has them. An immutable picture of one moment; any thread.
 *
 * @param users by name
 * @param policies in the order in which they count
 */
public record Definitions(Map<String, User> users, List<Policy> policies) {
    public static final Definitions NONE = new Definitions(Map.of(), List.of());

    /** More are refused. */
    public static final int MAX_USERS = 10_000;
    /** More are refused: each is looked at when a queue is created. */
    public static final int MAX_POLICIES = 1_000;

    public Definitions {
        users = Map.copyOf(users);
        policies = List.copyOf(policies);
    }

    /** @param policies in any order */
    public static Definitions of(Map<String, User> users, Collection<Policy> policies) {
        return new Definitions(users, policies.stream().sorted(Policy.BY_ORDER).toList());
    }

    /** The policy of this name. */
    public Optional<Policy> policy(String name) {
        return policies.stream().filter(policy -> policy.name().equals(name)).findFirst();
    }

    /** The one that counts for a queue or topic of this name. */
    public Optional<Policy> policyFor(Policy.Kind kind, String name) {
        for (Policy policy : policies) {
            if (policy.kind() == kind && policy.pattern().matches(name)) {
                return Optional.of(policy);
            }
        }
        return Optional.empty();
    }
}
