package io.sluice.amqp;

import io.sluice.broker.Refusal;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What decides about the open of a connection, and what ours says. Any thread.
 *
 * @param hostNames names a peer may call us by in its open (AMQP 1.0 §2.7.1 hostname), without regard to case; {@code *} for all.
 *     Addresses, {@code localhost} and no name at all are always taken
 * @param servers where clients are told to go instead of here
 * @param virtualHosts those beside the default one
 * @param containers who has a connection
 * @param closed why nobody may have one here at the moment, and where else; for whoever has said who it is
 */
public record OpenPolicy(
        Set<String> hostNames,
        ServerAddresses servers,
        VirtualHosts virtualHosts,
        ContainerRegistry containers,
        Optional<Refusal> closed) {
    /** For everybody who knows our name. */
    public OpenPolicy(Set<String> hostNames, ServerAddresses servers, ContainerRegistry containers) {
        this(hostNames, servers, VirtualHosts.NONE, containers, Optional.empty());
    }

    /** Any host name, and nowhere else to go. */
    public static OpenPolicy open() {
        return new OpenPolicy(Set.of("*"), ServerAddresses.NONE, new ContainerRegistry());
    }

    public OpenPolicy {
        hostNames =
                hostNames.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    /** The same for nobody. @param why {@code CONNECTION_FORCED} or {@code CONNECTION_REDIRECT} */
    public OpenPolicy closed(Refusal why) {
        return new OpenPolicy(hostNames, servers, virtualHosts, containers, Optional.of(why));
    }

    /** The same with these virtual hosts. */
    public OpenPolicy with(VirtualHosts hosts) {
        return new OpenPolicy(hostNames, servers, hosts, containers, closed);
    }

    /** @param hostname of the peer's open, may be null */
    boolean knows(String hostname) {
        if (hostname == null || hostname.isEmpty() || hostNames.contains("*")) {
            return true;
        }
        String name = hostname.toLowerCase(Locale.ROOT);
        boolean address = name.matches("[0-9]+(\\.[0-9]+){3}(:[0-9]+)?") || name.startsWith("[") || name.contains("::");
        String bare = name.replaceFirst(":[0-9]+$", "");
        return address || bare.equals("localhost") || hostNames.contains(bare);
    }
}
