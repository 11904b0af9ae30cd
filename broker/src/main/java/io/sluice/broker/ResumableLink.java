package io.sluice.broker;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * A link that puts messages into a queue and may come back with what it left unsettled (AMQP 1.0 §2.6.13). It gives each of its deliveries
 * a key, by which the queue knows that it has the message: it is in the message's record, so it is known after a restart and by the next
 * primary. Any thread.
 *
 * @param prefix of the keys of all its deliveries
 */
public record ResumableLink(String prefix) {
    /** Keys that a queue remembers, of all links; beyond, the oldest is forgotten. */
    public static final int MAX_KEYS = 10_000;
    /** No id of a message begins so: those begin with an AMQP type. */
    private static final String KIND = "delivery:";

    /** @param user whose link it is: nobody resumes that of somebody else */
    public static ResumableLink of(String user, String container, String name) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        for (String part : new String[] {user, container, name}) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            // With its length, or "a", "bc" and "ab", "c" were one.
            digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
            digest.update(bytes);
        }
        return new ResumableLink(KIND + encoded(digest.digest()) + ":");
    }

    /** @param tag of a delivery, unique among those of the link that are not settled; up to 32 bytes */
    public String key(byte[] tag) {
        return prefix + encoded(tag);
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Whether the key is of one of this link's deliveries. */
    public boolean has(String key) {
        return key.startsWith(prefix);
    }

    /** Whether the id is the key of a delivery, of any link, and not that of a message. */
    public static boolean isKey(String id) {
        return id.startsWith(KIND);
    }
}
