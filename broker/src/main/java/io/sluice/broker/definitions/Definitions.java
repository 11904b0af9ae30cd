package io.sluice.broker.definitions;

import io.sluice.broker.security.User;
import java.util.Map;

/**
 * Users as they were defined while the broker served; those of the configuration file are not among them. They are in the journal, so
 * every node of a cluster has them. An immutable picture of one moment; any thread.
 *
 * @param users by name
 */
public record Definitions(Map<String, User> users) {
    public static final Definitions NONE = new Definitions(Map.of());

    /** More are refused. */
    public static final int MAX_USERS = 10_000;

    public Definitions {
        users = Map.copyOf(users);
    }
}
