package io.sluice.broker.security;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** A hash function of SCRAM (RFC 5802 §2.2, in its terms), and what follows from it. */
public enum ScramHash {
    /** For clients that know no other; a password is not stored for it unless that is asked for. */
    SHA_1("SHA-1", "HmacSHA1", "PBKDF2WithHmacSHA1", 20),
    SHA_256("SHA-256", "HmacSHA256", "PBKDF2WithHmacSHA256", 32),
    SHA_512("SHA-512", "HmacSHA512", "PBKDF2WithHmacSHA512", 64);

    private final String digest;
    private final String mac;
    private final String derivation;
    private final int bytes;

    ScramHash(String digest, String mac, String derivation, int bytes) {
        this.digest = digest;
        this.mac = mac;
        this.derivation = derivation;
        this.bytes = bytes;
    }

    /** As registered with IANA. */
    public String mechanism() {
        return "SCRAM-" + digest;
    }

    /** How a stored password of this hash begins. */
    String prefix() {
        return mechanism().toLowerCase(Locale.ROOT);
    }

    int bytes() {
        return bytes;
    }

    /** HMAC(). */
    public byte[] hmac(byte[] key, byte[] data) {
        try {
            Mac function = Mac.getInstance(mac);
            function.init(new SecretKeySpec(key, mac));
            return function.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + mac, e);
        }
    }

    /** H(). */
    public byte[] digest(byte[] data) {
        try {
            return MessageDigest.getInstance(digest).digest(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + digest, e);
        }
    }

    /** Hi(). Takes milliseconds, in proportion to the iterations. */
    byte[] derive(char[] password, byte[] salt, int iterations) {
        PBEKeySpec spec = new PBEKeySpec(password, salt, iterations, bytes * Byte.SIZE);
        try {
            return SecretKeyFactory.getInstance(derivation).generateSecret(spec).getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + derivation, e);
        } finally {
            spec.clearPassword();
        }
    }
}
