package io.sluice.broker.security;

import java.util.List;
import java.util.Optional;

/** What a server of SCRAM (RFC 5802) asks about its users. Any thread. */
public interface ScramUsers {
    /**
     * The hashes that every user's password is stored for, the strongest first. A peer chooses a mechanism before it says who it is,
     * so one that only some can use must not be offered.
     */
    List<ScramHash> hashes();

    /** Whether nobody has a password. */
    default boolean isEmpty() {
        return false;
    }

    /**
     * @param hash one of {@link #hashes}
     * @param loopback the peer is on this machine
     */
    Login login(ScramHash hash, String user, boolean loopback);

    /** Our part of a nonce: printable ASCII without comma, never the same twice. */
    String nonce();

    /**
     * What a peer that calls itself by some name is asked.
     *
     * @param principal who it is when it proves to have the password; empty for a name that may not connect, which the peer must not
     *     be able to tell: nothing matches its password then, and its salt stays the same
     */
    record Login(Optional<Principal> principal, ScramPassword password) {}
}
