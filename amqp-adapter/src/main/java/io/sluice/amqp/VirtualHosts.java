package io.sluice.amqp;

import io.sluice.amqp.dialect.Dialect;
import io.sluice.amqp.sasl.LoginHosts;
import io.sluice.broker.Refusal;
import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.Principal;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Virtual hosts beside the default one, each with queues, topics and links of its own. A peer chooses one by the hostname of its open
 * (AMQP 1.0 §2.4.1, §2.7.1): its name, {@code vhost:} and its name, or another name it has. Any thread.
 */
public final class VirtualHosts implements LoginHosts {
    /** There is the default one only. */
    public static final VirtualHosts NONE = new VirtualHosts(List.of());

    private static final String DEFAULT = Dialect.VIRTUAL_HOST_PREFIX + "/";

    private final Map<String, VirtualHost> byName = new HashMap<>();
    private final List<Authenticator> users;

    /**
     * One of them.
     *
     * @param hostNames further names in an open, such as those its TLS certificate is for
     * @param admits who may open it
     * @param maxConnections open at the same time
     * @param environment what its connections share; before the open its users count, and none of its limits
     * @param elsewhere why it is not served here at the moment, and where else; empty while it is
     */
    public record VirtualHost(
            String name,
            Set<String> hostNames,
            Predicate<Principal> admits,
            int maxConnections,
            AmqpEnvironment environment,
            Supplier<Optional<Refusal>> elsewhere) {
        public VirtualHost {
            hostNames = Set.copyOf(hostNames);
        }
    }

    /** @throws IllegalArgumentException two have a name in common; upper and lower case are the same */
    public VirtualHosts(List<VirtualHost> hosts) {
        users = hosts.stream().map(host -> host.environment().authenticator()).toList();
        for (VirtualHost host : hosts) {
            add(host.name(), host);
            host.hostNames().forEach(name -> add(name, host));
        }
    }

    private void add(String name, VirtualHost host) {
        VirtualHost other = byName.put(name.toLowerCase(Locale.ROOT), host);
        if (other != null && other != host) {
            throw new IllegalArgumentException(
                    "virtual hosts '" + other.name() + "' and '" + host.name() + "' are both called '" + name + "'");
        }
    }

    /** @param hostname as an open has it, without regard to case, with or without a port; empty: the default host, or none */
    Optional<VirtualHost> named(String hostname) {
        boolean prefixed = hostname.startsWith(Dialect.VIRTUAL_HOST_PREFIX);
        String name = prefixed ? hostname.substring(Dialect.VIRTUAL_HOST_PREFIX.length()) : hostname;
        String lower = name.toLowerCase(Locale.ROOT);
        VirtualHost exactly = byName.get(lower);
        return Optional.ofNullable(exactly != null ? exactly : byName.get(lower.replaceFirst(":[0-9]+$", "")));
    }

    @Override
    public Optional<Authenticator> usersOf(String hostname) {
        return named(hostname).map(host -> host.environment().authenticator());
    }

    @Override
    public boolean isDefault(String hostname) {
        return hostname.equals(DEFAULT);
    }

    @Override
    public List<Authenticator> users() {
        return users;
    }
}
