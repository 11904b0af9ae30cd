package io.sluice.amqp.management;

import io.sluice.broker.Divert;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.security.User;
import java.util.List;
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
 * @param diverts they count before diverts of the same name that are defined over the network
 */
public record Configured(
        Function<String, QueueDefinition> template,
        QueueDefinition plain,
        Optional<Map<String, User>> users,
        List<Divert> diverts) {
    public Configured {
        users = users.map(Map::copyOf);
        diverts = List.copyOf(diverts);
    }

    /** Where users are defined, too. */
    public Configured(Function<String, QueueDefinition> template, QueueDefinition plain, Map<String, User> users) {
        this(template, plain, Optional.of(users), List.of());
    }

    /** The same with these diverts. */
    public Configured withDiverts(List<Divert> all) {
        return new Configured(template, plain, users, all);
    }
}
