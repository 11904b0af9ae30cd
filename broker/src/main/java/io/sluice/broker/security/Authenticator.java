package io.sluice.broker.security;

import java.util.Optional;

/** Decides who may connect, and who may do what. Any thread; may take milliseconds (a password hash), never does I/O. */
public interface Authenticator {
    /** Whether a peer without credentials may connect. @param loopback the peer is on this machine */
    boolean anonymousAllowed(boolean loopback);

    /**
     * Whether a peer may send its password as it is.
     *
     * @param readable others on the way may read it: the connection leaves this machine, and it is not encrypted
     */
    default boolean plainAllowed(boolean readable) {
        return true;
    }

    /**
     * @param password as the peer sent it
     * @param loopback the peer is on this machine
     * @return who it is, empty when user or password is wrong; the caller must not tell the peer which
     */
    Optional<Principal> authenticate(String user, String password, boolean loopback);

    /**
     * Whether a user whose password was right still may connect: it may have been removed in between.
     *
     * @param who somebody who logged in with a password
     */
    default boolean knows(Principal who) {
        return true;
    }

    /** What stands of a user of this name; empty where nothing does. */
    default Optional<User> user(String name) {
        return Optional.empty();
    }

    /** Whom somebody means who vouches for a name, as a certificate or a token does: it need not be one of a user. */
    default Principal named(String name) {
        return new Principal(name);
    }

    /** What somebody who is connected may do, the same object until that changes; empty: everything. Quick. */
    default Optional<Permissions> permissions(Principal who) {
        return Optional.empty();
    }

    /** Which tokens are taken in place of passwords. */
    default AcceptedTokens tokens() {
        return AcceptedTokens.NONE;
    }

    /**
     * Whether a peer may send a token, which is good for whoever has it.
     *
     * @param readable as in {@link #plainAllowed}
     */
    default boolean tokenAllowed(boolean readable) {
        return !readable;
    }

    /** The same users for SCRAM; empty where their passwords are not stored for it. */
    default Optional<ScramUsers> scram() {
        return Optional.empty();
    }
}
