package io.sluice.amqp.token;

import io.sluice.broker.security.Principal;
import io.sluice.broker.security.ScramHash;
import io.sluice.broker.security.TokenGrant;
import io.sluice.broker.security.TokenRefusedException;
import io.sluice.broker.security.TokenVerifier;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Shared access signatures, as clients of Azure Service Bus make them: {@code SharedAccessSignature sr=URI&sig=SIGNATURE&se=SECONDS&skn=KEY}, where
 * the signature is an HMAC-SHA256 of {@code sr}, a line feed and {@code se}, both as they stand there, by the key of that name. Any thread.
 */
public final class SasKeys implements TokenVerifier {
    private static final String SCHEME = "SharedAccessSignature ";
    private static final int MAX_SECONDS_DIGITS = 12;

    private final Map<String, Key> keys;

    /**
     * @param secret its characters, not what they may encode
     * @param user whom its bearers act for
     */
    public record Key(String secret, String user) {
        @Override
        public String toString() {
            return "Key[of " + user + "]";
        }
    }

    /** @param keys by their names */
    public SasKeys(Map<String, Key> keys) {
        this.keys = Map.copyOf(keys);
    }

    @Override
    public TokenGrant verify(String token, long nowMillis) throws TokenRefusedException {
        if (!token.startsWith(SCHEME)) {
            throw TokenRefusedException.malformed("a shared access signature begins with '" + SCHEME.trim() + "'");
        }
        Map<String, String> fields = fields(token.substring(SCHEME.length()));
        String name = decoded(fields, "skn");
        String resource = decoded(fields, "sr");
        long expiresAtMillis = expiry(fields.get("se"));
        Key key = keys.get(name);
        if (key == null || !isSigned(fields, key, decoded(fields, "sig"))) {
            throw TokenRefusedException.refused("the signature is not one of the key '" + name + "'");
        }
        if (nowMillis >= expiresAtMillis) {
            throw TokenRefusedException.refused("the shared access signature has expired");
        }
        return new TokenGrant(new Principal(key.user), Optional.empty(), Optional.of(resource), expiresAtMillis, true);
    }

    private static Map<String, String> fields(String text) throws TokenRefusedException {
        Map<String, String> fields = new HashMap<>();
        for (String field : text.trim().split("&")) {
            int equals = field.indexOf('=');
            if (equals < 1 || fields.put(field.substring(0, equals), field.substring(equals + 1)) != null) {
                throw TokenRefusedException.malformed(
                        "a shared access signature has the fields sr, sig, se and skn, each once, as name=value");
            }
        }
        for (String needed : new String[] {"sr", "sig", "se", "skn"}) {
            if (!fields.containsKey(needed)) {
                throw TokenRefusedException.malformed("the shared access signature has no field '" + needed + "'");
            }
        }
        return fields;
    }

    private static String decoded(Map<String, String> fields, String name) throws TokenRefusedException {
        try {
            return URLDecoder.decode(fields.get(name), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw TokenRefusedException.malformed(
                    "the field '" + name + "' of the shared access signature is not URL-encoded");
        }
    }

    private static long expiry(String seconds) throws TokenRefusedException {
        if (!seconds.matches("[0-9]{1," + MAX_SECONDS_DIGITS + "}")) {
            throw TokenRefusedException.malformed(
                    "the field 'se' of the shared access signature is no number of seconds since 1970");
        }
        return Long.parseLong(seconds) * 1000;
    }

    private static boolean isSigned(Map<String, String> fields, Key key, String signature) {
        byte[] said = utf8(fields.get("sr") + "\n" + fields.get("se"));
        byte[] right = ScramHash.SHA_256.hmac(utf8(key.secret), said);
        byte[] shown = utf8(signature);
        return MessageDigest.isEqual(utf8(Base64.getEncoder().encodeToString(right)), shown);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
