package io.sluice.amqp.token;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Shared access signatures as Azure's documentation says clients make them. */
public final class SasTokens {
    private SasTokens() {}

    public static String make(String resource, String keyName, String key, long expiresAtMillis) {
        String encoded = URLEncoder.encode(resource, StandardCharsets.UTF_8);
        long seconds = expiresAtMillis / 1000;
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            byte[] signature = mac.doFinal((encoded + "\n" + seconds).getBytes(StandardCharsets.UTF_8));
            String shown = URLEncoder.encode(Base64.getEncoder().encodeToString(signature), StandardCharsets.UTF_8);
            return "SharedAccessSignature sr=" + encoded + "&sig=" + shown + "&se=" + seconds + "&skn=" + keyName;
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
