package io.sluice.amqp.sasl;

import java.util.Optional;

/**
 * What is known of a peer before it says anything.
 *
 * @param loopback it is on this machine
 * @param encrypted the connection is behind TLS
 * @param certificateName who it is by its TLS certificate; empty where it showed none, or one that names nobody
 * @param serverName whom it asked TLS for (SNI, RFC 6066 §3); empty where it did not say
 */
public record PeerSecurity(
        boolean loopback, boolean encrypted, Optional<String> certificateName, Optional<String> serverName) {
    /** Without TLS. */
    public static PeerSecurity plain(boolean loopback) {
        return new PeerSecurity(loopback, false, Optional.empty(), Optional.empty());
    }

    /** Others on the way may read what is sent. */
    boolean readable() {
        return !loopback && !encrypted;
    }
}
