package io.sluice.broker.security;

import java.util.Objects;
import java.util.Optional;

/**
 * Somebody who may connect. Immutable, any thread.
 *
 * @param name 1 to {@link #MAX_NAME_LENGTH} characters
 * @param password as stored; empty: of this name nobody logs in with a password (who is known by a certificate, or is anonymous)
 * @param loopbackOnly accepted from this machine only: for users with a password everybody knows
 * @param permissions what the user may do; empty: everything
 */
public record User(
        String name, Optional<StoredPassword> password, boolean loopbackOnly, Optional<Permissions> permissions) {
    public static final int MAX_NAME_LENGTH = 255;

    public User {
        Objects.requireNonNull(password, "password");
        Objects.requireNonNull(permissions, "permissions");
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
            throw new IllegalArgumentException(
                    "a user's name has 1 to " + MAX_NAME_LENGTH + " characters, this has " + name.length());
        }
    }

    /** One that may do everything. */
    public static User of(String name, StoredPassword password, boolean loopbackOnly) {
        return new User(name, Optional.of(password), loopbackOnly, Optional.empty());
    }

    public User withPassword(StoredPassword newPassword) {
        return new User(name, Optional.of(newPassword), loopbackOnly, permissions);
    }

    public User withLoopbackOnly(boolean only) {
        return new User(name, password, only, permissions);
    }

    public User withPermissions(Optional<Permissions> newPermissions) {
        return new User(name, password, loopbackOnly, newPermissions);
    }
}
