package io.sluice.server.config;

import io.sluice.broker.NamePattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Makes the {@link VirtualHost}s of their section. */
final class VirtualHostsBinder {
    /** Fit for a folder. */
    private static final String NAME = "[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}";

    private static final String ADDRESS = "[0-9]+(\\.[0-9]+){3}";

    private static final int MAX_CONNECTIONS = 1_000_000;

    private final Map<String, String> names = new TreeMap<>();

    /**
     * @param queues those of the default host
     * @param maxConnections of the broker
     */
    List<VirtualHost> bind(Section file, QueueRules queues, int maxConnections) {
        List<VirtualHost> hosts = new ArrayList<>();
        for (Section section : file.sections("virtualHosts").orElse(List.of())) {
            VirtualHost host = new VirtualHost(
                    ConfigurationBinder.required(section, "name"),
                    section.texts("hostNames").orElse(List.of()),
                    section.texts("users").orElse(List.of("*")).stream()
                            .map(NamePattern::new)
                            .toList(),
                    section.sections("accounts").map(ConfigurationBinder::users).orElse(List.of()),
                    section.number("maxConnections", 1, MAX_CONNECTIONS, maxConnections),
                    section.has("queues")
                            ? new QueueRulesBinder().bind(section.section("queues"), 1)
                            : queues.withoutDeclared());
            if (section.has("name")) {
                checkName(section, host.name());
            }
            host.hostNames().forEach(name -> claim(section, "hostNames", name, host));
            section.end();
            hosts.add(host);
        }
        return hosts;
    }

    private void checkName(Section section, String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!name.matches(NAME) || name.matches(ADDRESS) || lower.equals("localhost")) {
            section.problem(
                    "name",
                    "is \"" + name + "\"; it must be 1 to 64 letters, digits, \"-\", \"_\" and \".\", and neither an"
                            + " address nor localhost: those are the default host");
        } else if (names.putIfAbsent(lower, name) != null) {
            section.problem("name", "is \"" + name + "\", which another virtual host is called already");
        }
    }

    private void claim(Section section, String key, String name, VirtualHost host) {
        String lower = name.toLowerCase(Locale.ROOT);
        String other = names.putIfAbsent(lower, host.name());
        if (lower.equals("*") || lower.equals("localhost") || name.matches(ADDRESS)) {
            section.problem(key, "has \"" + name + "\", which is the default host");
        } else if (other != null && !other.equals(host.name())) {
            section.problem(key, "has \"" + name + "\", which the virtual host \"" + other + "\" is called already");
        }
    }
}
