package io.sluice.amqp.message;

/** The sections of a message (AMQP 1.0 §3.2) in the order they must have: their descriptor codes and names. */
final class Section {
    static final int HEADER = 0x70;
    static final int DELIVERY_ANNOTATIONS = 0x71;
    static final int MESSAGE_ANNOTATIONS = 0x72;
    static final int PROPERTIES = 0x73;
    static final int APPLICATION_PROPERTIES = 0x74;
    static final int DATA = 0x75;
    static final int SEQUENCE = 0x76;
    static final int VALUE = 0x77;
    static final int FOOTER = 0x78;

    private static final String[] NAMES = {
        "header",
        "delivery-annotations",
        "message-annotations",
        "properties",
        "application-properties",
        "data",
        "amqp-sequence",
        "amqp-value",
        "footer"
    };

    private static final String[] SYMBOLS = {
        "amqp:header:list",
        "amqp:delivery-annotations:map",
        "amqp:message-annotations:map",
        "amqp:properties:list",
        "amqp:application-properties:map",
        "amqp:data:binary",
        "amqp:amqp-sequence:list",
        "amqp:amqp-value:*",
        "amqp:footer:map"
    };

    private Section() {}

    static boolean isSection(long code) {
        return code >= HEADER && code <= FOOTER;
    }

    static String name(int code) {
        return NAMES[code - HEADER];
    }

    /** The code of a symbolic descriptor, -1 when it names no section. */
    static int code(String symbol) {
        for (int i = 0; i < SYMBOLS.length; i++) {
            if (SYMBOLS[i].equals(symbol)) {
                return HEADER + i;
            }
        }
        return -1;
    }

    /** Whether {@code next} may stand behind {@code previous}: only data and amqp-sequence may repeat, and body kinds do not mix. */
    static boolean mayFollow(int previous, int next) {
        if (isBody(previous) && isBody(next)) {
            return previous == next && next != VALUE;
        }
        return next > previous;
    }

    private static boolean isBody(int code) {
        return code == DATA || code == SEQUENCE || code == VALUE;
    }
}
