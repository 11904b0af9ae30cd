package io.sluice.amqp.message;

import io.sluice.broker.Message;

/**
 * Finds single values in a message for who has to look into many: sections are walked when a value in them is asked for and no
 * further, nothing is decoded, the body is never reached. One thread, for one look at one message. What is malformed is absent:
 * the inside of application-properties is not checked when a message comes in.
 */
public final class MessageSections {
    /** The value is not there, null, or cannot be reached. */
    public static final int ABSENT = -1;

    /** Entries of maps walked in one look at a message; behind them nothing is found. */
    public static final int MAX_ENTRIES = 65_536;

    private static final int STRING = 0xa1;
    private static final int SYMBOL = 0xa3;

    private final EncodedCursor cursor;
    /** The first section not looked at; beyond the bytes when there is no more. */
    private int next;

    private int annotations = ABSENT;
    private int properties = ABSENT;
    private int applicationProperties = ABSENT;
    private int reached;
    private int entriesLeft = MAX_ENTRIES;

    public MessageSections(Message message) {
        this.cursor = new EncodedCursor(message.encoded(), message.annotatedOffset());
        this.next =
                message.messageFormat() == IncomingMessage.AMQP_FORMAT ? message.annotatedOffset() : Integer.MAX_VALUE;
    }

    /**
     * @param field index in the properties section (AMQP 1.0 §3.2.4)
     * @return where in the message's bytes the value begins, with its constructor; it is wholly there
     */
    public int property(int field) {
        try {
            reach(Section.PROPERTIES);
            if (properties == ABSENT) {
                return ABSENT;
            }
            cursor.backTo(properties);
            cursor.enterList();
            if (field >= cursor.elements()) {
                return ABSENT;
            }
            int end = cursor.compoundEnd();
            for (int i = 0; i < field; i++) {
                cursor.skip();
            }
            return value(end);
        } catch (MalformedMessageException e) {
            return ABSENT;
        }
    }

    /** @param name in UTF-8. @return as {@link #property} */
    public int applicationProperty(byte[] name) {
        try {
            reach(Section.APPLICATION_PROPERTIES);
            return entry(applicationProperties, STRING, name);
        } catch (MalformedMessageException e) {
            return ABSENT;
        }
    }

    /** Of those the producer sent. @param key in ASCII. @return as {@link #property} */
    public int annotation(byte[] key) {
        try {
            reach(Section.MESSAGE_ANNOTATIONS);
            return entry(annotations, SYMBOL, key);
        } catch (MalformedMessageException e) {
            return ABSENT;
        }
    }

    private void reach(int section) throws MalformedMessageException {
        while (reached < section && next < cursor.bytes().length) {
            cursor.backTo(next);
            next = Integer.MAX_VALUE;
            reached = cursor.enterSection();
            if (reached >= Section.DATA) {
                return;
            }
            note(reached, cursor.at());
            cursor.skip();
            next = cursor.at();
        }
    }

    private void note(int section, int offset) {
        if (section == Section.MESSAGE_ANNOTATIONS) {
            annotations = offset;
        } else if (section == Section.PROPERTIES) {
            properties = offset;
        } else if (section == Section.APPLICATION_PROPERTIES) {
            applicationProperties = offset;
        }
    }

    private int entry(int map, int keyType, byte[] key) throws MalformedMessageException {
        if (map == ABSENT) {
            return ABSENT;
        }
        cursor.backTo(map);
        cursor.enterMap();
        int end = cursor.compoundEnd();
        for (int left = cursor.elements(); left > 0 && cursor.at() < end && entriesLeft > 0; left -= 2) {
            entriesLeft--;
            if (cursor.skipIfEqual(keyType, key)) {
                return value(end);
            }
            cursor.skip();
        }
        return ABSENT;
    }

    private int value(int end) throws MalformedMessageException {
        int start = cursor.at();
        if (start >= end || cursor.constructor() == EncodedCursor.NULL) {
            return ABSENT;
        }
        cursor.skip();
        return cursor.at() <= end ? start : ABSENT;
    }
}
