package io.sluice.broker.security;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A password as it is stored: what SCRAM-SHA-256 (RFC 5802, RFC 7677) needs to verify one, from which the password itself does
 * not follow. Immutable, any thread.
 */
public final class ScramPassword {
    /** RFC 7677 §4: no fewer iterations than these. */
    public static final int MIN_ITERATIONS = 4_096;
    /** Some seconds of work: more is a mistake in a file, not security. */
    public static final int MAX_ITERATIONS = 10_000_000;

    private static final String PREFIX = "scram-sha-256";
    private static final int KEY_BYTES = 32;
    private static final int SALT_BYTES = 16;
    private static final int MAX_SALT_BYTES = 1_024;

    private final int iterations;
    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;

    private ScramPassword(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
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
    public static ScramPassword create(String password, int iterations, SecureRandom random) {
        if (password.isEmpty()) {
            throw new IllegalArgumentException("a password has one character or more");
        }
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return derive(password, checked(iterations), salt);
    }

    static ScramPassword derive(String password, int iterations, byte[] salt) {
        byte[] salted = saltedPassword(password, iterations, salt);
        byte[] clientKey = hmac(salted, "Client Key".getBytes(StandardCharsets.US_ASCII));
        byte[] serverKey = hmac(salted, "Server Key".getBytes(StandardCharsets.US_ASCII));
        return new ScramPassword(iterations, salt, sha256(clientKey), serverKey);
    }

    /** One that nothing matches, as costly to try as another of so many iterations. */
    static ScramPassword unmatched(int iterations, SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        byte[] storedKey = new byte[KEY_BYTES];
        random.nextBytes(salt);
        random.nextBytes(storedKey);
        return new ScramPassword(checked(iterations), salt, storedKey, new byte[KEY_BYTES]);
    }

    /**
     * Reads what {@link #encoded} wrote: {@code scram-sha-256$<iterations>$<salt>$<storedKey>$<serverKey>}, the last three in
     * base64.
     *
     * @throws IllegalArgumentException with a sentence naming the part that is wrong, never its value
     */
    public static ScramPassword parse(String encoded) {
        String[] parts = encoded.split("\\$", -1);
        if (!parts[0].equals(PREFIX)) {
            throw new IllegalArgumentException("a stored password begins with " + PREFIX + "$");
        }
        if (parts.length != 5) {
            throw new IllegalArgumentException("a stored password has 5 parts divided by $, this has " + parts.length);
        }
        byte[] salt = base64("salt", parts[2]);
        if (salt.length < 1 || salt.length > MAX_SALT_BYTES) {
            throw new IllegalArgumentException("the salt has 1 to " + MAX_SALT_BYTES + " bytes, not " + salt.length);
        }
        return new ScramPassword(iterations(parts[1]), salt, key("storedKey", parts[3]), key("serverKey", parts[4]));
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

    private static byte[] key(String name, String part) {
        byte[] key = base64(name, part);
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("the " + name + " has " + KEY_BYTES + " bytes, not " + key.length);
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
                PREFIX,
                Integer.toString(iterations),
                base64.encodeToString(salt),
                base64.encodeToString(storedKey),
                base64.encodeToString(serverKey));
    }

    /** Whether this is the password. Takes the same time whether it is or not. */
    public boolean matches(String password) {
        // The JDK's key derivation takes an empty password; that it matches nothing is decided by create.
        byte[] salted = saltedPassword(password, iterations, salt);
        byte[] clientKey = hmac(salted, "Client Key".getBytes(StandardCharsets.US_ASCII));
        return MessageDigest.isEqual(storedKey, sha256(clientKey));
    }

    public int iterations() {
        return iterations;
    }

    /** A copy. */
    public byte[] salt() {
        return salt.clone();
    }

    /** H(ClientKey): verifies a client's proof (RFC 5802 §3). A copy. */
    public byte[] storedKey() {
        return storedKey.clone();
    }

    /** Signs the server's answer, so that a client knows we have its password too (RFC 5802 §3). A copy. */
    public byte[] serverKey() {
        return serverKey.clone();
    }

    private static byte[] saltedPassword(String password, int iterations, byte[] salt) {
        // RFC 4013 in short: its normal form. Its prohibited characters do no harm here.
        String prepared = Normalizer.normalize(password, Normalizer.Form.NFKC);
        PBEKeySpec spec = new PBEKeySpec(prepared.toCharArray(), salt, iterations, KEY_BYTES * Byte.SIZE);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no PBKDF2WithHmacSHA256", e);
        } finally {
            spec.clearPassword();
        }
    }

    static byte[] hmac(byte[] key, byte[] data) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HmacSHA256", e);
        }
    }

    private static byte[] sha256(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** Without anything to try passwords with: this may end up in a log. */
    @Override
    public String toString() {
        return PREFIX + " with " + iterations + " iterations";
    }
}
