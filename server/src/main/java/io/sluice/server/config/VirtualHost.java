package io.sluice.server.config;

import io.sluice.broker.NamePattern;
import java.util.List;
import java.util.Optional;

/**
 * A virtual host beside the default one: queues, topics, policies and links of its own, in a folder of its own. Immutable.
 *
 * @param name by which clients open it; also that of its folder
 * @param hostNames further names in an open
 * @param users who may open it, of the broker's
 * @param accounts users of its own, and without a password what users of the broker may do there
 * @param maxConnections open at the same time
 * @param queues as the section of that name says for the default host
 */
public record VirtualHost(
        String name,
        List<String> hostNames,
        List<NamePattern> users,
        List<Configuration.User> accounts,
        int maxConnections,
        QueueRules queues) {
    public VirtualHost {
        hostNames = List.copyOf(hostNames);
        users = List.copyOf(users);
        accounts = List.copyOf(accounts);
    }

    /** Whether a user of the broker may open it, whatever is said of it among the accounts. */
    public boolean admits(String user) {
        return users.stream().anyMatch(pattern -> pattern.matches(user));
    }

    /**
     * What a broker has of them.
     *
     * @param self the name of this one; empty: the default host, where users are defined
     * @param parts what memory and storage are shared between: shards of the default host, and virtual hosts
     */
    public record Hosting(Optional<String> self, List<VirtualHost> others, int parts) {
        public Hosting {
            others = List.copyOf(others);
        }

        public boolean isDefault() {
            return self.isEmpty();
        }
    }
}
