package io.sluice.broker.security;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A password as it is stored: for one or more hashes, as each SCRAM mechanism needs its own; SHA-256 is always among them.
 * Immutable, any thread.
 */
public final class StoredPassword {
    private static final String SEPARATOR = " ";

    private final Map<ScramHash, ScramPassword> byHash;

    private StoredPassword(Map<ScramHash, ScramPassword> byHash) {
        this.byHash = byHash;
    }

    /** For all hashes but {@link ScramHash#SHA_1}, as {@link #create(String, int, boolean, SecureRandom)}. */
    public static StoredPassword create(String password, int iterations, SecureRandom random) {
        return create(password, iterations, false, random);
    }

    /**
     * Takes milliseconds, in proportion to the iterations.
     *
     * @param password one character or more
     * @param iterations {@link ScramPassword#MIN_ITERATIONS} to {@link ScramPassword#MAX_ITERATIONS}
     * @param withSha1 also for {@link ScramHash#SHA_1}, by which whoever reads it guesses quicker
     */
    public static StoredPassword create(String password, int iterations, boolean withSha1, SecureRandom random) {
        Map<ScramHash, ScramPassword> byHash = new EnumMap<>(ScramHash.class);
        Set<ScramHash> hashes =
                withSha1 ? EnumSet.allOf(ScramHash.class) : EnumSet.complementOf(EnumSet.of(ScramHash.SHA_1));
        for (ScramHash hash : hashes) {
            byHash.put(hash, ScramPassword.create(hash, password, iterations, random));
        }
        return new StoredPassword(byHash);
    }

    /**
     * Reads what {@link #encoded} wrote: one {@link ScramPassword#encoded} for each hash, divided by a space.
     *
     * @throws IllegalArgumentException with a sentence naming the part that is wrong, never its value
     */
    public static StoredPassword parse(String encoded) {
        Map<ScramHash, ScramPassword> byHash = new EnumMap<>(ScramHash.class);
        for (String part : encoded.trim().split(SEPARATOR + "+")) {
            ScramPassword password = ScramPassword.parse(part);
            if (byHash.put(password.hash(), password) != null) {
                throw new IllegalArgumentException(
                        "it has two parts for " + password.hash().prefix());
            }
            if (byHash.values().iterator().next().iterations() != password.iterations()) {
                throw new IllegalArgumentException("its parts have different iterations");
            }
        }
        if (!byHash.containsKey(ScramHash.SHA_256)) {
            throw new IllegalArgumentException("it has no part for " + ScramHash.SHA_256.prefix());
        }
        return new StoredPassword(byHash);
    }

    /** The form for a file of users. It lets its reader try passwords: keep it from strangers. */
    public String encoded() {
        List<String> parts = new ArrayList<>();
        byHash.values().forEach(password -> parts.add(password.encoded()));
        return String.join(SEPARATOR, parts);
    }

    /** What is stored for a hash; of {@link ScramHash#SHA_256} there is always something. */
    public Optional<ScramPassword> of(ScramHash hash) {
        return Optional.ofNullable(byHash.get(hash));
    }

    /** Whether this is the password. Takes the same time whether it is or not. */
    public boolean matches(String password) {
        return sha256().matches(password);
    }

    /** What one try of a password costs. */
    public int iterations() {
        return sha256().iterations();
    }

    private ScramPassword sha256() {
        return byHash.get(ScramHash.SHA_256);
    }

    /** The same salt and keys, not the same password. */
    @Override
    public boolean equals(Object other) {
        return other instanceof StoredPassword that && encoded().equals(that.encoded());
    }

    @Override
    public int hashCode() {
        return encoded().hashCode();
    }

    /** Without anything to try passwords with: this may end up in a log. */
    @Override
    public String toString() {
        return byHash.values().toString();
    }
}
