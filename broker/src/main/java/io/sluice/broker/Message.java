package io.sluice.broker;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * One message, immutable: the bytes its producer sent and the few header fields the broker acts on.
 *
 * <p>The bytes are every section as received (AMQP 1.0 §3.2) and are never decoded by the broker. Whoever sends the message
 * writes a fresh header and then the bytes from {@link #annotatedOffset()} on, so the bare message stays what the producer
 * signed. The array belongs to the message and must not be changed by anybody.
 *
 * <p>Of a large message only the sections in front of the body are in the array, and the rest is a {@link LargeBody}.
 */
public final class Message {
    /** AMQP 1.0 §3.2.1: the priority of a message that names none. */
    public static final int DEFAULT_PRIORITY = 4;

    public static final int MAX_PRIORITY = 9;
    /** What {@link #ttlMillis()} and {@link #absoluteExpiryMillis()} say when the producer set none. */
    public static final long NONE = -1;

    private final byte[] encoded;
    private final int annotatedOffset;
    private final int messageFormat;
    private final boolean durable;
    private final byte priority;
    private final long ttlMillis;
    private final long absoluteExpiryMillis;
    private final Schedule schedule;
    private final MessageGroup group;
    private final Annotations added;
    /** Null for nearly all. */
    private final LargeBody body;
    /** Null where nobody else has the bytes. */
    private final SharedBytes shared;
    /** See {@link #publisher}. */
    private final long publisher;

    /**
     * @param encoded all sections, owned by this message from now on
     * @param annotatedOffset index of the first byte behind the header and delivery-annotations sections
     * @param header what the header and properties sections say
     * @param added annotations the broker or a consumer put on, merged over those in {@code encoded} when it is sent
     */
    public Message(byte[] encoded, int annotatedOffset, Header header, Annotations added) {
        this(encoded, annotatedOffset, header, added, null, null, 0);
    }

    private Message(
            byte[] encoded,
            int annotatedOffset,
            Header header,
            Annotations added,
            LargeBody body,
            SharedBytes shared,
            long publisher) {
        this.encoded = Objects.requireNonNull(encoded, "encoded");
        if (annotatedOffset < 0 || annotatedOffset > encoded.length) {
            throw new IllegalArgumentException("annotatedOffset " + annotatedOffset + " of " + encoded.length);
        }
        this.annotatedOffset = annotatedOffset;
        this.messageFormat = header.messageFormat;
        this.durable = header.durable;
        this.priority = (byte) Math.max(0, Math.min(MAX_PRIORITY, header.priority));
        this.ttlMillis = header.ttlMillis;
        this.absoluteExpiryMillis = header.absoluteExpiryMillis;
        this.schedule = Objects.requireNonNull(header.schedule, "schedule");
        this.group = Objects.requireNonNull(header.group, "group");
        this.added = Objects.requireNonNull(added, "added");
        this.body = body;
        this.shared = shared;
        this.publisher = publisher;
    }

    /**
     * The fields of a message the broker acts on.
     *
     * @param messageFormat of the transfer, 0 for AMQP's own (§2.7.5)
     * @param durable whether it must survive a restart
     * @param priority 0 to 9; more is cut to 9 (§3.2.1 leaves it to the node)
     * @param ttlMillis time to live from arrival, or {@link #NONE}
     * @param absoluteExpiryMillis instant since the epoch, or {@link #NONE}
     * @param schedule when it is to be delivered; acted on when it enters a queue and not kept with it, the queue's record has
     *     the instant
     * @param group which it is in
     */
    public record Header(
            int messageFormat,
            boolean durable,
            int priority,
            long ttlMillis,
            long absoluteExpiryMillis,
            Schedule schedule,
            MessageGroup group) {
        public static final Header DEFAULT = new Header(0, false, DEFAULT_PRIORITY, NONE, NONE);
        public static final Header DURABLE = new Header(0, true, DEFAULT_PRIORITY, NONE, NONE);

        /** Of a message for at once that is in no group. */
        public Header(int messageFormat, boolean durable, int priority, long ttlMillis, long absoluteExpiryMillis) {
            this(
                    messageFormat,
                    durable,
                    priority,
                    ttlMillis,
                    absoluteExpiryMillis,
                    Schedule.AT_ONCE,
                    MessageGroup.NONE);
        }

        public Header withDurable() {
            return new Header(messageFormat, true, priority, ttlMillis, absoluteExpiryMillis, schedule, group);
        }

        public Header withSchedule(Schedule newSchedule) {
            return new Header(messageFormat, durable, priority, ttlMillis, absoluteExpiryMillis, newSchedule, group);
        }

        public Header withGroup(MessageGroup newGroup) {
            return new Header(messageFormat, durable, priority, ttlMillis, absoluteExpiryMillis, schedule, newGroup);
        }
    }

    /** The same bytes with more annotations on them; later ones win. */
    public Message annotated(Annotations more) {
        return more.isEmpty() ? this : withAdded(added.merged(more));
    }

    /** The same bytes with these annotations in place of those added so far. */
    public Message withAdded(Annotations all) {
        return new Message(encoded, annotatedOffset, header(), all, body, shared, publisher);
    }

    /** The same bytes under other header fields: a dead letter must not expire again. */
    public Message with(Header header) {
        return new Message(encoded, annotatedOffset, header, added, body, shared, publisher);
    }

    /** The same in other bytes, with all that is in front of the message-annotations as it was: nobody else has them. */
    public Message withEncoded(byte[] bytes) {
        return new Message(bytes, annotatedOffset, header(), added, body, null, publisher);
    }

    /** The same, with the rest of it kept apart. */
    public Message withBody(LargeBody rest) {
        return new Message(
                encoded, annotatedOffset, header(), added, Objects.requireNonNull(rest, "rest"), shared, publisher);
    }

    /** What is left of a large message without what was kept apart, and these bytes in its place. */
    public Message withoutBody(byte[] inItsPlace) {
        byte[] all = Arrays.copyOf(encoded, encoded.length + inItsPlace.length);
        System.arraycopy(inItsPlace, 0, all, encoded.length, inItsPlace.length);
        return new Message(all, annotatedOffset, header(), added, null, null, publisher);
    }

    /** The same, known to be published by a container. @param hash of its id, see {@link #publisher(String)} */
    public Message publishedBy(long hash) {
        return hash == publisher ? this : new Message(encoded, annotatedOffset, header(), added, body, shared, hash);
    }

    /** The same message, for several queues: its bytes and those of what is made of it count once in memory. */
    public Message forMany() {
        return shared != null
                ? this
                : new Message(encoded, annotatedOffset, header(), added, body, new SharedBytes(), publisher);
    }

    /** Who else has the bytes; null where nobody has. */
    public SharedBytes shared() {
        return shared;
    }

    public Header header() {
        return new Header(messageFormat, durable, priority, ttlMillis, absoluteExpiryMillis, schedule, group);
    }

    /** The bytes themselves, not a copy: read only. Of a large message, without what is kept apart. */
    public byte[] encoded() {
        return encoded;
    }

    public int annotatedOffset() {
        return annotatedOffset;
    }

    public int messageFormat() {
        return messageFormat;
    }

    public boolean durable() {
        return durable;
    }

    public int priority() {
        return priority;
    }

    public long ttlMillis() {
        return ttlMillis;
    }

    public long absoluteExpiryMillis() {
        return absoluteExpiryMillis;
    }

    public Schedule schedule() {
        return schedule;
    }

    /** {@link MessageGroup#NONE} where it is in none. */
    public MessageGroup group() {
        return group;
    }

    public Annotations added() {
        return added;
    }

    /** By {@link #publisher(String)}, which container has published it to a topic that keeps its messages; 0 where that is not known. */
    public long publisher() {
        return publisher;
    }

    /**
     * What is remembered of a container-id: 64 bits (FNV-1a of its characters, mixed once more), of which two are as good as never the same.
     *
     * @return 0 for "", and for nothing else
     */
    public static long publisher(String container) {
        if (container.isEmpty()) {
            return 0;
        }
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < container.length(); i++) {
            hash = (hash ^ container.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ hash >>> 30) * 0xBF58476D1CE4E5B9L;
        return Math.max(1, hash & Long.MAX_VALUE);
    }

    /** Whether a part of it is kept apart. */
    public boolean isLarge() {
        return body != null;
    }

    /** What is kept apart; empty for all but large messages. */
    public Optional<LargeBody> largeBody() {
        return Optional.ofNullable(body);
    }

    /** What the message counts for in the limits of a queue, in bytes; more than an int holds is cut to that. */
    public int size() {
        return body == null ? encoded.length : (int) Math.min(Integer.MAX_VALUE, encoded.length + body.length());
    }

    /** What it takes of memory, journal and store, in bytes. */
    public int residentBytes() {
        return encoded.length;
    }
}
