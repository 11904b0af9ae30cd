package io.sluice.broker.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
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
public final class Users implements Authenticator, ScramUsers {
    private static final int SECRET_BYTES = 32;
    private static final int NONCE_BYTES = 18;

    /** Who may connect without credentials. */
    public enum Anonymous {
        NEVER,
        /** Peers on this machine. */
        LOOPBACK,
        ALWAYS
    }

    /** Whose password may travel as it is. */
    public enum Plain {
        NEVER,
        /** Of peers on this machine, and behind TLS. */
        PROTECTED,
        ALWAYS
    }

    /** Who may connect how. */
    public record Policy(Anonymous anonymous, Plain plain) {
        public Policy {
            Objects.requireNonNull(anonymous, "anonymous");
            Objects.requireNonNull(plain, "plain");
        }
    }

    /**
     * @param password as stored
     * @param loopbackOnly accepted from this machine only: for users with a password everybody knows
     */
    public record User(StoredPassword password, boolean loopbackOnly) {
        public User {
            Objects.requireNonNull(password, "password");
        }
    }

    private final Map<String, User> users;
    private final Policy policy;
    private final SecureRandom random;
    private final List<ScramHash> hashes;
    /** Of the users, so that strangers are asked for as many as users are. */
    private final int[] iterations;

    private final ScramPassword unmatched;
    private final byte[] rememberKey;
    private final byte[] strangerKey;
    private final ConcurrentMap<String, byte[]> remembered = new ConcurrentHashMap<>();

    /** @param random for secrets of this process, and for nonces */
    public Users(Map<String, User> users, Policy policy, SecureRandom random) {
        this.users = Map.copyOf(users);
        this.policy = policy;
        this.random = random;
        this.hashes = storedByAll(this.users);
        this.iterations = users.isEmpty()
                ? new int[] {ScramPassword.MIN_ITERATIONS}
                : users.values().stream()
                        .mapToInt(user -> user.password().iterations())
                        .sorted()
                        .toArray();
        this.rememberKey = bytes(SECRET_BYTES);
        this.strangerKey = bytes(SECRET_BYTES);
        this.unmatched = ScramPassword.unmatched(
                ScramHash.SHA_256,
                iterations[iterations.length - 1],
                bytes(ScramPassword.SALT_BYTES),
                bytes(ScramHash.SHA_256.bytes()));
    }

    private static List<ScramHash> storedByAll(Map<String, User> users) {
        List<ScramHash> stored = new ArrayList<>();
        for (ScramHash hash : List.of(ScramHash.SHA_512, ScramHash.SHA_256)) {
            if (users.values().stream()
                    .allMatch(user -> user.password().of(hash).isPresent())) {
                stored.add(hash);
            }
        }
        return List.copyOf(stored);
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    @Override
    public boolean anonymousAllowed(boolean loopback) {
        return policy.anonymous == Anonymous.ALWAYS || (policy.anonymous == Anonymous.LOOPBACK && loopback);
    }

    @Override
    public boolean plainAllowed(boolean readable) {
        return policy.plain == Plain.ALWAYS || (policy.plain == Plain.PROTECTED && !readable);
    }

    @Override
    public Optional<Principal> authenticate(String user, String password, boolean loopback) {
        User known = users.get(user);
        boolean right = known == null ? unmatched.matches(password) : matches(user, known, password);
        // Only now: a user that may not connect from there must not be told apart by time from one that does not exist.
        boolean allowed = right && known != null && mayConnect(known, loopback);
        return allowed ? Optional.of(new Principal(user)) : Optional.empty();
    }

    private static boolean mayConnect(User known, boolean loopback) {
        return loopback || !known.loopbackOnly();
    }

    private boolean matches(String user, User known, String password) {
        byte[] digest = ScramHash.SHA_256.hmac(rememberKey, utf8(password));
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

    @Override
    public Optional<ScramUsers> scram() {
        return Optional.of(this);
    }

    @Override
    public List<ScramHash> hashes() {
        return hashes;
    }

    @Override
    public Login login(ScramHash hash, String user, boolean loopback) {
        // Made for everybody, so that it takes everybody the same time.
        ScramPassword stranger = stranger(hash, user);
        User known = users.get(user);
        return known == null || !mayConnect(known, loopback)
                ? new Login(Optional.empty(), stranger)
                : new Login(
                        Optional.of(new Principal(user)),
                        known.password().of(hash).orElseThrow());
    }

    /** The same each time while this process runs: a salt that changed would say that there is no such user. */
    private ScramPassword stranger(ScramHash hash, String user) {
        byte[] seed = ScramHash.SHA_512.hmac(strangerKey, utf8(hash.mechanism() + ' ' + user));
        byte[] salt = Arrays.copyOf(seed, ScramPassword.SALT_BYTES);
        int asked = iterations[Byte.toUnsignedInt(seed[ScramPassword.SALT_BYTES]) % iterations.length];
        return ScramPassword.unmatched(hash, asked, salt, hash.hmac(strangerKey, seed));
    }

    @Override
    public String nonce() {
        return Base64.getEncoder().encodeToString(bytes(NONCE_BYTES));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
