package io.sluice.amqp.message;

import io.sluice.broker.Message;

/**
 * A change of one section of a message's bare part (AMQP 1.0 §3.2), whether it is there or not: all else of the message stays byte for byte. Any
 * thread.
 */
abstract class SectionChange {
    private final int section;

    /** @param section one of {@link Section} */
    SectionChange(int section) {
        this.section = section;
    }

    /** Takes over what of the section stays, as it is encoded. @param cursor at the section's value. @return how many elements */
    abstract int keep(EncodedCursor cursor, Encoded kept) throws MalformedMessageException;

    /** Writes the section, or nothing. @param elements how many are in {@code kept}; 0 where there was no section */
    abstract void write(int elements, Encoded kept, Encoded target);

    /** @return the message itself where it is of another format than AMQP's, or cannot be read: nothing is known of its inside */
    final Message of(Message message) {
        if (message.messageFormat() != IncomingMessage.AMQP_FORMAT) {
            return message;
        }
        byte[] bytes = message.encoded();
        EncodedCursor cursor = new EncodedCursor(bytes, message.annotatedOffset());
        Encoded kept = new Encoded();
        int elements = 0;
        int start = cursor.at();
        try {
            while (!cursor.atEnd()) {
                start = cursor.at();
                int next = cursor.enterSection();
                if (next > section) {
                    cursor.backTo(start);
                    break;
                }
                if (next == section) {
                    elements = keep(cursor, kept);
                    break;
                }
                cursor.skip();
                start = cursor.at();
            }
        } catch (MalformedMessageException e) {
            // The inside of a section is not looked into when a message comes in; what cannot be read is not changed.
            return message;
        }
        Encoded all = new Encoded();
        all.write(bytes, 0, start);
        write(elements, kept, all);
        all.write(bytes, cursor.at(), bytes.length - cursor.at());
        return message.withEncoded(all.bytes());
    }

    /** The section, of all elements. @param constructor of a list or a map */
    final void write(int constructor, int elements, Encoded encoded, Encoded target) {
        target.writeByte(EncodedCursor.DESCRIBED).writeByte(0x53).writeByte(section);
        AnnotationCodec.writeCompound(target, constructor, elements, encoded);
    }
}
