package io.sluice.broker.security;

import java.util.Objects;
import java.util.Optional;

/**
 * Who a connection acts for.
 *
 * @param name the user's name; "anonymous" for a peer that gave none
 * @param virtualHost whose own user it is, who is nobody elsewhere; empty: a user of the broker
 */
public record Principal(String name, Optional<String> virtualHost) {
    public static final Principal ANONYMOUS = new Principal("anonymous");

    public Principal {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(virtualHost, "virtualHost");
    }

    /** A user of the broker. */
    public Principal(String name) {
        this(name, Optional.empty());
    }

    /**
     * What nobody else has in the same virtual host: under it links and subscriptions are kept. No name has this character, whatever
     * somebody is called who is known by a token.
     */
    public String key() {
        return virtualHost.map(host -> name + '\0' + host).orElse(name);
    }
}
