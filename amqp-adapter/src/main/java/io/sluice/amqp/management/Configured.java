package io.sluice.amqp.management;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.security.User;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the configuration says, which administrators may look at and cannot change.
 *
 * @param template the definition of a queue of that name as far as a request says nothing else
 * @param plain a queue of which nothing is said at all, under any name
 * @param users by name; they count before users of the same name that are defined over the network. Empty:
 *     users are the matter of another virtual host
 */
public record Configured(
        Function<String, QueueDefinition> template, QueueDefinition plain, Optional<Map<String, User>> users) {
    public Configured {
        users = users.map(Map::copyOf);
    }

    /** Where users are defined, too. */
    public Configured(Function<String, QueueDefinition> template, QueueDefinition plain, Map<String, User> users) {
        this(template, plain, Optional.of(users));
    }
}
