package io.sluice.broker.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * A fixed set of users and their passwords. Any thread.
 *
 * <p>A wrong user costs the time of a wrong password, so a stranger cannot find out names. A password that was right once is
 * remembered under a key made for this process, so that a thousand reconnecting clients do not pay for a thousand key
 * derivations.
 */
public final class Users implements Authenticator {
    /** Who may connect without credentials. */
    public enum Anonymous {
        NEVER,
        /** Peers on this machine. */
        LOOPBACK,
        ALWAYS
    }

    /**
     * @param password as stored
     * @param loopbackOnly accepted from this machine only: for users with a password everybody knows
     */
    public record User(ScramPassword password, boolean loopbackOnly) {
        public User {
            Objects.requireNonNull(password, "password");
        }
    }

    private final Map<String, User> users;
    private final Anonymous anonymous;
    private final ScramPassword unmatched;
    private final byte[] rememberKey;
    private final ConcurrentMap<String, byte[]> remembered = new ConcurrentHashMap<>();

    /** @param random for secrets of this process */
    public Users(Map<String, User> users, Anonymous anonymous, SecureRandom random) {
        this.users = Map.copyOf(users);
        this.anonymous = Objects.requireNonNull(anonymous, "anonymous");
        int costliest = users.values().stream()
                .mapToInt(user -> user.password().iterations())
                .max()
                .orElse(ScramPassword.MIN_ITERATIONS);
        this.unmatched = ScramPassword.unmatched(costliest, random);
        this.rememberKey = new byte[32];
        random.nextBytes(rememberKey);
    }

    @Override
    public boolean anonymousAllowed(boolean loopback) {
        return anonymous == Anonymous.ALWAYS || (anonymous == Anonymous.LOOPBACK && loopback);
    }

    @Override
    public Optional<Principal> authenticate(String user, String password, boolean loopback) {
        User known = users.get(user);
        boolean right = known == null ? unmatched.matches(password) : matches(user, known, password);
        // Only now: a user that may not connect from there must not be told apart by time from one that does not exist.
        boolean allowed = right && known != null && (loopback || !known.loopbackOnly());
        return allowed ? Optional.of(new Principal(user)) : Optional.empty();
    }

    private boolean matches(String user, User known, String password) {
        byte[] digest = ScramPassword.hmac(rememberKey, password.getBytes(StandardCharsets.UTF_8));
        byte[] before = remembered.get(user);
        if (before != null && MessageDigest.isEqual(before, digest)) {
            return true;
        }
        boolean right = known.password().matches(password);
        if (right) {
            remembered.put(user, digest);
        }
        return right;
    }
}
