package io.sluice.broker.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Users and their passwords: a fixed set, and those defined while the broker serves. Any thread, none waits for another.
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

    /** Who may connect how. @param scramSha1 whether SCRAM-SHA-1 is offered, where every password is stored for it */
    public record Policy(Anonymous anonymous, Plain plain, boolean scramSha1, AcceptedTokens tokens) {
        public Policy {
            Objects.requireNonNull(anonymous, "anonymous");
            Objects.requireNonNull(plain, "plain");
            Objects.requireNonNull(tokens, "tokens");
        }

        /** Without SCRAM-SHA-1 and tokens. */
        public Policy(Anonymous anonymous, Plain plain) {
            this(anonymous, plain, false, AcceptedTokens.NONE);
        }
    }

    private final Map<String, User> fixed;
    private final Supplier<Map<String, User>> defined;
    private final Policy policy;
    private final SecureRandom random;
    private final byte[] unmatchedSalt;
    private final byte[] unmatchedKey;
    private final byte[] rememberKey;
    private final byte[] strangerKey;
    private final ConcurrentMap<String, Remembered> remembered = new ConcurrentHashMap<>();
    /** Made anew when those defined are others. */
    private volatile Known known;

    /** @param digest of the password that was right for this stored one */
    private record Remembered(StoredPassword password, byte[] digest) {}

    /**
     * What follows from the users of one moment.
     *
     * @param defined what it was made from
     * @param users by name, those with a password and those without
     * @param hashes see {@link ScramUsers#hashes}
     * @param withPassword how many have one
     * @param iterations of the users, so that strangers are asked for as many as users are
     */
    private record Known(
            Map<String, User> defined,
            Map<String, User> users,
            List<ScramHash> hashes,
            int withPassword,
            int[] iterations,
            ScramPassword unmatched) {}

    /** Users that stay the same. */
    public Users(Map<String, User> users, Policy policy, SecureRandom random) {
        this(users, Map::of, policy, random);
    }

    /**
     * @param fixed by name; they count before those defined
     * @param defined by name, as they are now: the same object as long as nothing changes, immutable. Any thread
     * @param random for secrets of this process, and for nonces
     */
    public Users(Map<String, User> fixed, Supplier<Map<String, User>> defined, Policy policy, SecureRandom random) {
        this.fixed = Map.copyOf(fixed);
        this.defined = defined;
        this.policy = policy;
        this.random = random;
        this.rememberKey = bytes(SECRET_BYTES);
        this.strangerKey = bytes(SECRET_BYTES);
        this.unmatchedSalt = bytes(ScramPassword.SALT_BYTES);
        this.unmatchedKey = bytes(ScramHash.SHA_256.bytes());
    }

    /** Two threads that find others at once make the same of them. */
    private Known known() {
        Map<String, User> now = defined.get();
        Known last = known;
        if (last == null || last.defined != now) {
            last = make(now);
            known = last;
            remembered.keySet().retainAll(last.users.keySet());
        }
        return last;
    }

    private Known make(Map<String, User> now) {
        Map<String, User> all = new HashMap<>(now);
        all.putAll(fixed);
        List<StoredPassword> passwords =
                all.values().stream().flatMap(user -> user.password().stream()).toList();
        int[] iterations = passwords.isEmpty()
                ? new int[] {ScramPassword.MIN_ITERATIONS}
                : passwords.stream()
                        .mapToInt(StoredPassword::iterations)
                        .sorted()
                        .toArray();
        ScramPassword unmatched = ScramPassword.unmatched(
                ScramHash.SHA_256, iterations[iterations.length - 1], unmatchedSalt, unmatchedKey);
        return new Known(now, all, storedByAll(passwords), passwords.size(), iterations, unmatched);
    }

    private List<ScramHash> storedByAll(List<StoredPassword> passwords) {
        return Stream.of(ScramHash.SHA_512, ScramHash.SHA_256, ScramHash.SHA_1)
                .filter(hash -> hash != ScramHash.SHA_1 || policy.scramSha1)
                .filter(hash -> passwords.stream()
                        .allMatch(password -> password.of(hash).isPresent()))
                .toList();
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
    public AcceptedTokens tokens() {
        return policy.tokens;
    }

    @Override
    public boolean tokenAllowed(boolean readable) {
        return policy.plain == Plain.ALWAYS || !readable;
    }

    @Override
    public boolean knows(Principal who) {
        return who.virtualHost().isEmpty() && known().users.containsKey(who.name());
    }

    @Override
    public Optional<User> user(String name) {
        return Optional.ofNullable(known().users.get(name));
    }

    @Override
    public Optional<Principal> authenticate(String user, String password, boolean loopback) {
        Known now = known();
        User found = now.users.get(user);
        boolean hasPassword = found != null && found.password().isPresent();
        boolean right = hasPassword
                ? matches(user, found.password().get(), password)
                : now.unmatched.matches(password) && hasPassword;
        // Only now: a user that may not connect from there must not be told apart by time from one that does not exist.
        boolean allowed = right && mayConnect(found, loopback);
        return allowed ? Optional.of(new Principal(user)) : Optional.empty();
    }

    private static boolean mayConnect(User found, boolean loopback) {
        return loopback || !found.loopbackOnly();
    }

    private boolean matches(String user, StoredPassword stored, String password) {
        byte[] digest = ScramHash.SHA_256.hmac(rememberKey, utf8(password));
        Remembered before = remembered.get(user);
        // One for a password that the user has no more is worth nothing.
        if (before != null && before.password == stored && MessageDigest.isEqual(before.digest, digest)) {
            return true;
        }
        boolean right = stored.matches(password);
        if (right) {
            remembered.put(user, new Remembered(stored, digest));
        }
        return right;
    }

    @Override
    public Optional<Permissions> permissions(Principal who) {
        return who.virtualHost().isPresent()
                ? Optional.of(Permissions.NONE)
                : user(who.name()).flatMap(User::permissions);
    }

    @Override
    public Optional<ScramUsers> scram() {
        return Optional.of(this);
    }

    @Override
    public boolean isEmpty() {
        return known().withPassword == 0;
    }

    @Override
    public List<ScramHash> hashes() {
        return known().hashes;
    }

    @Override
    public Login login(ScramHash hash, String user, boolean loopback) {
        Known now = known();
        // Made for everybody, so that it takes everybody the same time.
        ScramPassword stranger = stranger(now, hash, user);
        User found = now.users.get(user);
        // The hash was offered before: meanwhile there may be a user who has none of it.
        Optional<ScramPassword> password =
                found == null ? Optional.empty() : found.password().flatMap(stored -> stored.of(hash));
        return password.isEmpty() || !mayConnect(found, loopback)
                ? new Login(Optional.empty(), stranger)
                : new Login(Optional.of(new Principal(user)), password.get());
    }

    /** The same each time while this process runs: a salt that changed would say that there is no such user. */
    private ScramPassword stranger(Known now, ScramHash hash, String user) {
        byte[] seed = ScramHash.SHA_512.hmac(strangerKey, utf8(hash.mechanism() + ' ' + user));
        byte[] salt = Arrays.copyOf(seed, ScramPassword.SALT_BYTES);
        int asked = now.iterations[Byte.toUnsignedInt(seed[ScramPassword.SALT_BYTES]) % now.iterations.length];
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
