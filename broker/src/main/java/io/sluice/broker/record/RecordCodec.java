package io.sluice.broker.record;

import io.sluice.broker.Annotations;
import io.sluice.broker.Dispatching;
import io.sluice.broker.LargeBody;
import io.sluice.broker.Message;
import io.sluice.broker.MessageGroup;
import io.sluice.broker.MessageLife;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.QueueExpiry;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered.Remembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.QueueDeleted;
import io.sluice.broker.record.JournalRecord.QueuePaused;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The binary form of records, the same in a local journal, in a page of the store and in a Raft log. Big-endian; integrity
 * (CRC) is the container's.
 *
 * <pre>
 * record    := type u8 | queueId i64 | body
 * 1 Declared := nextSequence i64 | name str | durable u8 | service | maxMessages i64 | maxBytes i64 | overflow u8
 *               | maxTtlMillis i64 | deadLetterQueue opt-str | expiryQueue opt-str | maxDeliveries i32
 *               | duplicateIds i32 | duplicateAgeMillis i64 | duplicateProperty str
 *   service  := 0 (fifo) | 1 (strict) | 2 (weighted) then 10 x u16
 * 2 Deleted  := (nothing)
 * 10 Declared := as 1 | extensions, see {@link Extensions}; of a queue with settings that 1 has not
 * 3 Enqueued := sequence i64 | arrivedAtMillis i64 | expiresAtMillis i64 | deliverAtMillis i64 | deliveryCount i32
 *               | duplicateId str | flags u8 (1 = durable, 2 = large, 4 = grouped, 8 = published by)
 *               | priority u8 | messageFormat i32 | ttlMillis i64 | absoluteExpiryMillis i64 | annotatedOffset i32
 *               | annotations | length i32 | encoded bytes | large: bodyId i64 | bodyLength i64
 *               | grouped: groupId str | groupSequence i32
 *               | published by: publisher i64
 * 4 Removed  := reason u8 | count i32 | count x (first i64 | last i64)
 * 5 Returned := sequence i64 | deliveryCount i32 | annotations
 * 6 Remembered := count i32 | count x (duplicateId str | arrivedAtMillis i64)
 * 16 Returned := sequence i64 | deliveryCount i32 | annotations | deliverAtMillis i64; for at once it is written as 5
 * 17 LastValues, see {@link LifeRecords}
 * 19 Paused := flags u8 (1 = delivery, 2 = intake)
 * 20, 21: see {@link TopicRecords}
 * 22 to 25, 30 and 31: see {@link DefinitionCodec}
 * 26 to 29: see {@link ExchangeCodec}
 * 32: see {@link SessionRecords}
 * annotations := count i32 | count x (key str | kind u8
 *                | 0: str, 1: i64, 2: i64, 3: length i32 + bytes, 4: count i32 + count x annotations)
 * str         := length i32 | UTF-8 bytes          opt-str := 0 u8 | 1 u8 + str
 * </pre>
 *
 * Stateless; any thread.
 */
public final class RecordCodec {
    static final byte DECLARED = 1;
    static final byte DELETED = 2;
    static final byte ENQUEUED = 3;
    static final byte REMOVED = 4;
    static final byte RETURNED = 5;
    static final byte REMEMBERED = 6;
    static final byte RETURNED_LATER = 16;
    static final byte LAST_VALUES = 17;
    static final byte PAUSED = 19;
    static final byte DECLARED_EXTENDED = 10;

    static final int DURABLE = 1;
    /** A part of the message is kept apart. */
    static final int LARGE = 2;

    static final int DELIVERY = 1;
    static final int INTAKE = 2;
    static final int GROUPED = 4;
    /** The message says which container has published it. */
    static final int PUBLISHED_BY = 8;

    static final int HEAD = 1 + 8;
    static final int ENQUEUED_FIXED = HEAD + 8 + 8 + 8 + 8 + 4 + 1 + 1 + 4 + 8 + 8 + 4 + 4;

    private static final Removed.Reason[] REASONS = Removed.Reason.values();
    private static final QueueDefinition.Overflow[] OVERFLOWS = QueueDefinition.Overflow.values();

    private RecordCodec() {}

    /** Bytes that {@link #write} will take. */
    public static int size(JournalRecord record) {
        EncodedSize size = new EncodedSize();
        record.accept(size);
        return size.bytes;
    }

    /** Writes the record at the buffer's position; the buffer has at least {@link #size} bytes left. */
    public static void write(JournalRecord record, ByteBuffer out) {
        record.accept(new RecordWriter(out));
    }

    /**
     * Reads one record at the buffer's position.
     *
     * @throws IllegalArgumentException what is there is not a record
     */
    public static JournalRecord read(ByteBuffer in) {
        try {
            byte type = in.get();
            long queueId = in.getLong();
            return switch (type) {
                case DECLARED -> readDeclared(queueId, in);
                case DECLARED_EXTENDED -> Extensions.read(readDeclared(queueId, in), in);
                case DELETED -> new QueueDeleted(queueId);
                case ENQUEUED -> readEnqueued(queueId, in);
                case REMOVED -> readRemoved(queueId, in);
                case RETURNED -> new Returned(queueId, in.getLong(), in.getInt(), readAnnotations(in));
                case RETURNED_LATER ->
                    new Returned(queueId, in.getLong(), in.getInt(), readAnnotations(in), in.getLong());
                case REMEMBERED -> readRemembered(queueId, in);
                case LAST_VALUES -> LifeRecords.readLastValues(queueId, in);
                case PAUSED -> readPaused(queueId, in.get());
                case SessionRecords.STATE_SET -> SessionRecords.read(queueId, in);
                case TopicRecords.SUBSCRIBED -> TopicRecords.readSubscribed(queueId, in);
                case TopicRecords.PUBLISHED -> TopicRecords.readPublished(in);
                case DefinitionCodec.USER_DEFINED -> DefinitionCodec.readUser(in);
                case DefinitionCodec.USER_DELETED -> new DefinitionRecord.UserDeleted(readString(in));
                case DefinitionCodec.POLICY_DEFINED -> DefinitionCodec.readPolicy(in);
                case DefinitionCodec.POLICY_DELETED -> new DefinitionRecord.PolicyDeleted(readString(in));
                case DefinitionCodec.DIVERT_DEFINED -> DefinitionCodec.readDivert(in);
                case DefinitionCodec.DIVERT_DELETED -> new DefinitionRecord.DivertDeleted(readString(in));
                case ExchangeCodec.EXCHANGE_DECLARED -> ExchangeCodec.readDeclared(in);
                case ExchangeCodec.EXCHANGE_DELETED -> new ExchangeRecord.ExchangeDeleted(readString(in));
                case ExchangeCodec.BOUND -> new ExchangeRecord.Bound(queueId, ExchangeCodec.readBinding(in));
                case ExchangeCodec.UNBOUND -> new ExchangeRecord.Unbound(queueId, ExchangeCodec.readBinding(in));
                default ->
                    throw new IllegalArgumentException(
                            "unknown record type " + type + ": a newer version of Sluice may have written it");
            };
        } catch (java.nio.BufferUnderflowException | IndexOutOfBoundsException cut) {
            throw new IllegalArgumentException("record is cut short", cut);
        }
    }

    private static QueueDeclared readDeclared(long queueId, ByteBuffer in) {
        long nextSequence = in.getLong();
        String name = readString(in);
        boolean durable = in.get() != 0;
        QueueDefinition.Service service = readService(in);
        long maxMessages = in.getLong();
        long maxBytes = in.getLong();
        QueueDefinition.Overflow overflow = OVERFLOWS[in.get()];
        long maxTtlMillis = in.getLong();
        Optional<String> deadLetterQueue = readOptionalString(in);
        Optional<String> expiryQueue = readOptionalString(in);
        int maxDeliveries = in.getInt();
        Deduplication deduplication = new Deduplication(in.getInt(), in.getLong(), readString(in));
        return new QueueDeclared(
                queueId,
                new QueueDefinition(
                        name,
                        durable,
                        service,
                        new QueueDefinition.Limits(maxMessages, maxBytes, overflow, maxTtlMillis),
                        new QueueDefinition.DeadLetter(deadLetterQueue, expiryQueue, maxDeliveries),
                        deduplication,
                        Dispatching.DEFAULT,
                        MessageLife.PLAIN,
                        QueueExpiry.NEVER),
                nextSequence);
    }

    private static QueueDefinition.Service readService(ByteBuffer in) {
        byte kind = in.get();
        return switch (kind) {
            case 0 -> QueueDefinition.Service.FIFO;
            case 1 -> QueueDefinition.Service.STRICT;
            case 2 -> {
                List<Integer> weights = new ArrayList<>();
                for (int level = 0; level <= Message.MAX_PRIORITY; level++) {
                    weights.add((int) in.getShort());
                }
                yield new QueueDefinition.Weighted(weights);
            }
            default -> throw new IllegalArgumentException("unknown kind of service " + kind);
        };
    }

    private static Enqueued readEnqueued(long queueId, ByteBuffer in) {
        long sequence = in.getLong();
        long arrivedAtMillis = in.getLong();
        long expiresAtMillis = in.getLong();
        long deliverAtMillis = in.getLong();
        int deliveryCount = in.getInt();
        String duplicateId = readString(in);
        Message message = readMessage(in);
        return new Enqueued(
                queueId,
                sequence,
                arrivedAtMillis,
                expiresAtMillis,
                deliverAtMillis,
                deliveryCount,
                duplicateId,
                message);
    }

    /** From its flags on. */
    static Message readMessage(ByteBuffer in) {
        byte flags = in.get();
        if ((flags & ~(DURABLE | LARGE | GROUPED | PUBLISHED_BY)) != 0) {
            throw new IllegalArgumentException("unknown flags " + flags + " of a message");
        }
        int priority = in.get();
        int messageFormat = in.getInt();
        long ttlMillis = in.getLong();
        long absoluteExpiryMillis = in.getLong();
        int annotatedOffset = in.getInt();
        Annotations added = readAnnotations(in);
        byte[] encoded = readBytes(in);
        Message.Header header =
                new Message.Header(messageFormat, (flags & DURABLE) != 0, priority, ttlMillis, absoluteExpiryMillis);
        Message message = new Message(encoded, annotatedOffset, header, added);
        if ((flags & LARGE) != 0) {
            message = message.withBody(new LargeBody(in.getLong(), in.getLong()));
        }
        if ((flags & GROUPED) != 0) {
            message = message.with(header.withGroup(new MessageGroup(readString(in), in.getInt())));
        }
        return (flags & PUBLISHED_BY) == 0 ? message : message.publishedBy(in.getLong());
    }

    private static Removed readRemoved(long queueId, ByteBuffer in) {
        Removed.Reason reason = REASONS[in.get()];
        int count = in.getInt();
        if (count < 0 || count > in.remaining() / 16) {
            throw new IllegalArgumentException(count + " ranges in " + in.remaining() + " bytes");
        }
        long[] bounds = new long[count * 2];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = in.getLong();
        }
        return new Removed(queueId, SequenceRanges.ofBounds(bounds), reason);
    }

    private static DuplicatesRemembered readRemembered(long queueId, ByteBuffer in) {
        int count = in.getInt();
        if (count < 0 || count > in.remaining() / 12) {
            throw new IllegalArgumentException(count + " ids in " + in.remaining() + " bytes");
        }
        List<Remembered> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ids.add(new Remembered(readString(in), in.getLong()));
        }
        return new DuplicatesRemembered(queueId, ids);
    }

    private static QueuePaused readPaused(long queueId, byte flags) {
        if ((flags & ~(DELIVERY | INTAKE)) != 0) {
            throw new IllegalArgumentException("unknown flags " + flags + " of a pause");
        }
        return new QueuePaused(queueId, (flags & DELIVERY) != 0, (flags & INTAKE) != 0);
    }

    static Annotations readAnnotations(ByteBuffer in) {
        int count = in.getInt();
        if (count < 0) {
            throw new IllegalArgumentException(count + " annotations");
        }
        if (count == 0) {
            return Annotations.EMPTY;
        }
        Map<String, Annotations.Value> values = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String key = readString(in);
            byte kind = in.get();
            values.put(
                    key,
                    switch (kind) {
                        case 0 -> new Annotations.Text(readString(in));
                        case 1 -> new Annotations.Number(in.getLong());
                        case 2 -> new Annotations.Timestamp(in.getLong());
                        case 3 -> new Annotations.Encoded(readBytes(in));
                        case 4 -> new Annotations.Maps(readMaps(in));
                        default -> throw new IllegalArgumentException("unknown kind of annotation " + kind);
                    });
        }
        return Annotations.of(values);
    }

    private static List<Annotations> readMaps(ByteBuffer in) {
        int count = in.getInt();
        if (count < 0 || count > in.remaining() / 4) {
            throw new IllegalArgumentException(count + " maps in " + in.remaining() + " bytes");
        }
        List<Annotations> maps = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            maps.add(readAnnotations(in));
        }
        return maps;
    }

    static byte[] readBytes(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException(length + " bytes announced, " + in.remaining() + " left");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    static String readString(ByteBuffer in) {
        byte[] bytes = readBytes(in);
        return bytes.length == 0 ? "" : new String(bytes, StandardCharsets.UTF_8);
    }

    static Optional<String> readOptionalString(ByteBuffer in) {
        return in.get() == 0 ? Optional.empty() : Optional.of(readString(in));
    }
}
