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
 * @param users by name; they count before users of the same name that are defined over the network
 * @param virtualHost whose users those are; empty: the broker's
 * @param diverts they count before diverts of the same name that are defined over the network
 */
public record Configured(
        Function<String, QueueDefinition> template,
        QueueDefinition plain,
        Map<String, User> users,
        Optional<String> virtualHost,
        List<Divert> diverts) {
    public Configured {
        users = Map.copyOf(users);
        diverts = List.copyOf(diverts);
    }

    /** Of the default host. */
    public Configured(Function<String, QueueDefinition> template, QueueDefinition plain, Map<String, User> users) {
        this(template, plain, users, Optional.empty(), List.of());
    }

    /** The same with these diverts. */
    public Configured withDiverts(List<Divert> all) {
        return new Configured(template, plain, users, virtualHost, all);
    }
}
