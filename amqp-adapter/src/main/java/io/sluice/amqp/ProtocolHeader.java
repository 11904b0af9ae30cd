package io.sluice.amqp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What the first bytes of a connection ask for (AMQP 1.0 §2.2). */
enum ProtocolHeader {
    /** Fewer bytes than it takes to tell. */
    INCOMPLETE("nothing"),
    AMQP("AMQP 1.0"),
    SASL("AMQP 1.0 with SASL"),
    TLS("a TLS handshake"),
    HTTP("an HTTP request"),
    /** AMQP, but of a version or protocol we do not speak. */
    OTHER_AMQP("another AMQP version"),
    UNKNOWN("no AMQP");

    static final int LENGTH = 8;
    private static final byte[] AMQP_BYTES = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
    private static final byte[] SASL_BYTES = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};
    private static final byte[] HTTP_ANSWER =
            ("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
                            + "This port speaks AMQP 1.0.\n")
                    .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOTHING = {};

    private final String text;

    ProtocolHeader(String text) {
        this.text = text;
    }

    /** For a log line. */
    String text() {
        return text;
    }

    /** @param length bytes seen so far */
    static ProtocolHeader recognise(byte[] first, int length) {
        if (length >= 2 && first[0] == 0x16 && first[1] == 3) {
            return TLS;
        }
        if (startsWith(first, length, "GET ") || startsWith(first, length, "POST")) {
            return HTTP;
        }
        if (length < LENGTH) {
            return couldBecomeKnown(first, length) ? INCOMPLETE : UNKNOWN;
        }
        if (Arrays.equals(first, 0, LENGTH, AMQP_BYTES, 0, LENGTH)) {
            return AMQP;
        }
        if (Arrays.equals(first, 0, LENGTH, SASL_BYTES, 0, LENGTH)) {
            return SASL;
        }
        return startsWith(first, length, "AMQP") ? OTHER_AMQP : UNKNOWN;
    }

    /**
     * What to answer before closing.
     *
     * @param anonymousAllowed whether the peer may come without SASL
     */
    byte[] farewell(boolean anonymousAllowed) {
        switch (this) {
            case HTTP:
                return HTTP_ANSWER.clone();
            case TLS:
                return NOTHING;
            default:
                return anonymousAllowed ? AMQP_BYTES.clone() : SASL_BYTES.clone();
        }
    }

    private static boolean couldBecomeKnown(byte[] first, int length) {
        if (length == 0 || (length == 1 && first[0] == 0x16)) {
            return true;
        }
        int compared = Math.min(length, 4);
        String start = new String(first, 0, compared, StandardCharsets.ISO_8859_1);
        return "AMQP".startsWith(start) || "GET ".startsWith(start) || "POST".startsWith(start);
    }

    private static boolean startsWith(byte[] first, int length, String text) {
        return length >= text.length() && text.equals(new String(first, 0, text.length(), StandardCharsets.ISO_8859_1));
    }
}
