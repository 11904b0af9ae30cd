package io.sluice.broker.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Base64;

/**
 * What SCRAM with one hash (RFC 5802, RFC 7677) needs to verify a password, from which the password itself does not follow.
 * Immutable, any thread.
 */
public final class ScramPassword {
    /** RFC 7677 §4: no fewer iterations than these. */
    public static final int MIN_ITERATIONS = 4_096;
    /** Some seconds of work: more is a mistake in a file, not security. */
    public static final int MAX_ITERATIONS = 10_000_000;

    static final int SALT_BYTES = 16;
    private static final int MAX_SALT_BYTES = 1_024;

    private final ScramHash hash;
    private final int iterations;
    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;

    private ScramPassword(ScramHash hash, int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
        this.hash = hash;
        this.iterations = iterations;
        this.salt = salt;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    /**
     * Takes milliseconds, in proportion to the iterations.
     *
     * @param password one character or more
     * @param iterations {@link #MIN_ITERATIONS} to {@link #MAX_ITERATIONS}
     */
    public static ScramPassword create(ScramHash hash, String password, int iterations, SecureRandom random) {
        if (password.isEmpty()) {
            throw new IllegalArgumentException("a password has one character or more");
        }
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return derive(hash, password, checked(iterations), salt);
    }

    static ScramPassword derive(ScramHash hash, String password, int iterations, byte[] salt) {
        byte[] salted = saltedPassword(hash, password, iterations, salt);
        byte[] clientKey = hash.hmac(salted, ascii("Client Key"));
        byte[] serverKey = hash.hmac(salted, ascii("Server Key"));
        return new ScramPassword(hash, iterations, salt, hash.digest(clientKey), serverKey);
    }

    /**
     * One that nothing matches, as costly to try as another of so many iterations.
     *
     * @param storedKey random, or as good as that
     */
    static ScramPassword unmatched(ScramHash hash, int iterations, byte[] salt, byte[] storedKey) {
        return new ScramPassword(hash, checked(iterations), salt, storedKey, new byte[hash.bytes()]);
    }

    /**
     * Reads what {@link #encoded} wrote: {@code scram-sha-256$<iterations>$<salt>$<storedKey>$<serverKey>}, the last three in
     * base64.
     *
     * @throws IllegalArgumentException with a sentence naming the part that is wrong, never its value
     */
    public static ScramPassword parse(String encoded) {
        String[] parts = encoded.split("\\$", -1);
        ScramHash hash = hash(parts[0]);
        if (parts.length != 5) {
            throw new IllegalArgumentException("a stored password has 5 parts divided by $, this has " + parts.length);
        }
        byte[] salt = base64("salt", parts[2]);
        if (salt.length < 1 || salt.length > MAX_SALT_BYTES) {
            throw new IllegalArgumentException("the salt has 1 to " + MAX_SALT_BYTES + " bytes, not " + salt.length);
        }
        return new ScramPassword(
                hash, iterations(parts[1]), salt, key("storedKey", hash, parts[3]), key("serverKey", hash, parts[4]));
    }

    private static ScramHash hash(String prefix) {
        for (ScramHash hash : ScramHash.values()) {
            if (hash.prefix().equals(prefix)) {
                return hash;
            }
        }
        throw new IllegalArgumentException("a stored password begins with " + ScramHash.SHA_256.prefix() + "$, "
                + ScramHash.SHA_512.prefix() + "$ or " + ScramHash.SHA_1.prefix() + "$");
    }

    private static int iterations(String part) {
        try {
            return checked(Integer.parseInt(part));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("iterations is no number", e);
        }
    }

    private static int checked(int iterations) {
        if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
            throw new IllegalArgumentException(
                    "iterations is " + MIN_ITERATIONS + " to " + MAX_ITERATIONS + ", not " + iterations);
        }
        return iterations;
    }

    private static byte[] key(String name, ScramHash hash, String part) {
        byte[] key = base64(name, part);
        if (key.length != hash.bytes()) {
            throw new IllegalArgumentException("the " + name + " has " + hash.bytes() + " bytes, not " + key.length);
        }
        return key;
    }

    private static byte[] base64(String name, String part) {
        try {
            return Base64.getDecoder().decode(part);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the " + name + " is not base64", e);
        }
    }

    /** The form for a file of users. It lets its reader try passwords: keep it from strangers. */
    public String encoded() {
        Base64.Encoder base64 = Base64.getEncoder();
        return String.join(
                "$",
                hash.prefix(),
                Integer.toString(iterations),
                base64.encodeToString(salt),
                base64.encodeToString(storedKey),
                base64.encodeToString(serverKey));
    }

    /** Whether this is the password. Takes the same time whether it is or not. */
    public boolean matches(String password) {
        // The JDK's key derivation takes an empty password; that it matches nothing is decided by create.
        byte[] salted = saltedPassword(hash, password, iterations, salt);
        byte[] clientKey = hash.hmac(salted, ascii("Client Key"));
        return MessageDigest.isEqual(storedKey, hash.digest(clientKey));
    }

    public ScramHash hash() {
        return hash;
    }

    public int iterations() {
        return iterations;
    }

    /** A copy. */
    public byte[] salt() {
        return salt.clone();
    }

    /**
     * Whether a client that sent this proof has the password (RFC 5802 §3, ClientProof). Takes the same time whether it has or not.
     *
     * @param authMessage what both sides said, as the RFC joins it
     */
    public boolean proves(byte[] proof, byte[] authMessage) {
        byte[] clientSignature = hash.hmac(storedKey, authMessage);
        boolean whole = proof.length == clientSignature.length;
        byte[] clientKey = new byte[clientSignature.length];
        for (int i = 0; i < clientKey.length; i++) {
            clientKey[i] = (byte) (clientSignature[i] ^ (whole ? proof[i] : 0));
        }
        return MessageDigest.isEqual(storedKey, hash.digest(clientKey)) && whole;
    }

    /** Shows a client that we know its password, too (RFC 5802 §3, ServerSignature). */
    public byte[] serverSignature(byte[] authMessage) {
        return hash.hmac(serverKey, authMessage);
    }

    private static byte[] saltedPassword(ScramHash hash, String password, int iterations, byte[] salt) {
        // RFC 4013 in short: its normal form. Its prohibited characters do no harm here.
        String prepared = Normalizer.normalize(password, Normalizer.Form.NFKC);
        return hash.derive(prepared.toCharArray(), salt, iterations);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Without anything to try passwords with: this may end up in a log. */
    @Override
    public String toString() {
        return hash.prefix() + " with " + iterations + " iterations";
    }
}
