package io.sluice.amqp.sasl;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** How the messages of SCRAM are written (RFC 5802 §5.1, §7). */
final class ScramAttributes {
    private ScramAttributes() {}

    /** Empty when it is not UTF-8. */
    static Optional<String> text(byte[] message) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(message))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Empty when it is not base64. */
    static Optional<byte[]> base64(String text) {
        try {
            return Optional.of(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A {@code saslname}: {@code =2C} is a comma, {@code =3D} is =. Empty when it is none. */
    static Optional<String> name(String escaped) {
        String unescaped = escaped.replace("=2C", ",").replace("=3D", "\0");
        boolean wrong = escaped.indexOf('\0') >= 0 || unescaped.indexOf('=') >= 0;
        return wrong ? Optional.empty() : Optional.of(unescaped.replace('\0', '='));
    }

    /** Printable ASCII but comma, one character or more. */
    static boolean isNonce(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != ',');
    }
}
