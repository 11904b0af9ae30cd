package io.sluice.broker;

/**
 * The group a producer put a message in (AMQP 1.0 §3.2.4: group-id and group-sequence; JMSXGroupID and JMSXGroupSeq).
 *
 * @param id up to {@link #MAX_ID_LENGTH} characters; "" of a message that is in none
 * @param sequence as the producer gave it, as a signed number: a negative one closes the group; 0 where it gave none
 */
public record MessageGroup(String id, int sequence) {
    public static final int MAX_ID_LENGTH = 255;
    private static final int OVERHEAD_BYTES = 80;
    /** Of a message that is in no group. */
    public static final MessageGroup NONE = new MessageGroup("", 0);

    public MessageGroup {
        if (id.length() > MAX_ID_LENGTH) {
            throw new IllegalArgumentException(
                    "a group has up to " + MAX_ID_LENGTH + " characters, this has " + id.length());
        }
    }

    /** Whether there is no group. */
    public boolean isNone() {
        return id.isEmpty();
    }

    /** Whether this message is the last of its group. */
    public boolean closes() {
        return sequence < 0;
    }

    /** What it takes of memory beside its message, about, in bytes. */
    public int residentBytes() {
        return isNone() ? 0 : OVERHEAD_BYTES + id.length();
    }
}
