package io.sluice.amqp.message;

import io.sluice.broker.MessageGroup;
import java.nio.charset.StandardCharsets;

/**
 * Reads group-id and group-sequence of the properties section (AMQP 1.0 §3.2.4). What is of another type is as if it were not there.
 * A group-id that is longer than a group may be is replaced by its digest.
 */
final class GroupFields {
    private GroupFields() {}

    /** The cursor is before the group-id, and then behind it. */
    static MessageGroup readId(EncodedCursor cursor) throws MalformedMessageException {
        if (cursor.skipNull()) {
            return MessageGroup.NONE;
        }
        String id = cursor.readString().orElse("");
        if (id.isEmpty()) {
            return MessageGroup.NONE;
        }
        return new MessageGroup(id.length() <= MessageGroup.MAX_ID_LENGTH ? id : digest(id), 0);
    }

    private static String digest(String id) {
        return "sha-256:" + Digests.sha256(id.getBytes(StandardCharsets.UTF_8));
    }

    /** The cursor is before the group-sequence, a serial number of 32 bits, and then behind it. */
    static MessageGroup readSequence(EncodedCursor cursor, MessageGroup group) throws MalformedMessageException {
        int constructor = cursor.constructor();
        boolean uint = constructor == 0x43 || constructor == 0x52 || constructor == 0x70;
        if (!uint || group.isNone()) {
            cursor.skip();
            return group;
        }
        return new MessageGroup(group.id(), (int) cursor.readUint());
    }
}
