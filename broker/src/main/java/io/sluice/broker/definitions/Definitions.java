package io.sluice.broker.definitions;

import io.sluice.broker.Divert;
import io.sluice.broker.security.User;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Users, policies and diverts as they were defined while the broker served; what the configuration file says is not among them. They are in the
 * journal, so every node of a cluster has them. An immutable picture of one moment; any thread.
 *
 * @param users by name
 * @param policies in the order in which they count
 * @param diverts by name
 */
public record Definitions(Map<String, User> users, List<Policy> policies, List<Divert> diverts) {
    public static final Definitions NONE = new Definitions(Map.of(), List.of(), List.of());

    /** More are refused. */
    public static final int MAX_USERS = 10_000;
    /** More are refused: each is looked at when a queue is created. */
    public static final int MAX_POLICIES = 1_000;
    /** More are refused: each is looked at for each message, as long as there is any. */
    public static final int MAX_DIVERTS = 100;

    public Definitions {
        users = Map.copyOf(users);
        policies = List.copyOf(policies);
        diverts = List.copyOf(diverts);
    }

    /** The last two in any order. */
    public static Definitions of(Map<String, User> users, Collection<Policy> policies, Collection<Divert> diverts) {
        return new Definitions(
                users,
                policies.stream().sorted(Policy.BY_ORDER).toList(),
                diverts.stream().sorted(Comparator.comparing(Divert::name)).toList());
    }

    /** The divert of this name. */
    public Optional<Divert> divert(String name) {
        return diverts.stream().filter(divert -> divert.name().equals(name)).findFirst();
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
