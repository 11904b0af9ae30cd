package io.sluice.amqp.dialect;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Names in addresses and paths, whose characters may be written as {@code %} and two hexadecimal digits per byte of UTF-8 (RFC 3986 §2.1). */
public final class PercentEncoding {
    private static final String UNRESERVED = "-._~";

    private PercentEncoding() {}

    /** @throws IllegalArgumentException something behind a {@code %} is no byte, or the bytes are no UTF-8; the text says where */
    public static String decode(String encoded) {
        if (encoded.indexOf('%') < 0) {
            return encoded;
        }
        byte[] in = encoded.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(in.length);
        for (int at = 0; at < in.length; at++) {
            if (in[at] != '%') {
                out.write(in[at]);
                continue;
            }
            int high = at + 2 < in.length ? Character.digit(in[at + 1], 16) : -1;
            int low = at + 2 < in.length ? Character.digit(in[at + 2], 16) : -1;
            if (high < 0 || low < 0) {
                throw new IllegalArgumentException(
                        "'" + encoded + "' has a % that two hexadecimal digits do not follow, at byte " + at);
            }
            out.write(high << 4 | low);
            at += 2;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(out.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("'" + encoded + "' is no UTF-8 when its escapes are undone");
        }
    }

    /** Everything escaped but letters and digits of ASCII and {@code - . _ ~}. */
    public static String encode(String plain) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : plain.getBytes(StandardCharsets.UTF_8)) {
            char character = (char) (each & 0xff);
            boolean letter = character >= 'a' && character <= 'z' || character >= 'A' && character <= 'Z';
            boolean digit = character >= '0' && character <= '9';
            if (letter || digit || UNRESERVED.indexOf(character) >= 0) {
                encoded.append(character);
            } else {
                encoded.append('%')
                        .append(Character.toUpperCase(Character.forDigit(each >> 4 & 0xf, 16)))
                        .append(Character.toUpperCase(Character.forDigit(each & 0xf, 16)));
            }
        }
        return encoded.toString();
    }
}
