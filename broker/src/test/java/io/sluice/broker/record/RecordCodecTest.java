package io.sluice.broker.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.broker.Annotations;
import io.sluice.broker.Dispatching;
import io.sluice.broker.Divert;
import io.sluice.broker.Forward;
import io.sluice.broker.LargeBody;
import io.sluice.broker.Message;
import io.sluice.broker.MessageGroup;
import io.sluice.broker.MessageLife;
import io.sluice.broker.NamePattern;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Origin;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.DeadLetter;
import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.QueueExpiry;
import io.sluice.broker.Replay;
import io.sluice.broker.SessionState;
import io.sluice.broker.Subscription;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.definitions.Policy;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered.Remembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.Published;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.QueueDeleted;
import io.sluice.broker.record.JournalRecord.QueuePaused;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.JournalRecord.SessionStateSet;
import io.sluice.broker.record.JournalRecord.Subscribed;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.security.StoredPassword;
import io.sluice.broker.security.User;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RecordCodecTest {
    private static byte[] written(JournalRecord record) {
        ByteBuffer out = ByteBuffer.allocate(RecordCodec.size(record));
        RecordCodec.write(record, out);
        assertEquals(0, out.remaining(), "size() is what write() takes");
        return out.array();
    }

    private static String text(Random random, int min) {
        return random.ints(min + random.nextInt(8), 0, 5)
                .mapToObj(i -> List.of("a", "/", "é", "漢", "😀").get(i))
                .reduce("", String::concat);
    }

    private static Annotations annotations(Random random) {
        Map<String, Annotations.Value> values = new LinkedHashMap<>();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            byte[] bytes = new byte[random.nextInt(9)];
            random.nextBytes(bytes);
            values.put(
                    text(random, 0) + i,
                    switch (random.nextInt(5)) {
                        case 0 -> new Annotations.Text(text(random, 0));
                        case 1 -> new Annotations.Number(random.nextLong());
                        case 2 -> new Annotations.Timestamp(random.nextLong());
                        case 3 ->
                            new Annotations.Maps(
                                    random.nextBoolean() ? List.of() : List.of(annotations(random), Annotations.EMPTY));
                        default -> new Annotations.Encoded(bytes);
                    });
        }
        return Annotations.of(values);
    }

    private static long positive(Random random) {
        return random.nextInt(4) == 0 ? QueueDefinition.UNLIMITED : 1 + (random.nextLong() >>> 2);
    }

    private static QueueDefinition definition(Random random) {
        QueueDefinition.Service service = switch (random.nextInt(3)) {
            case 0 -> QueueDefinition.Service.FIFO;
            case 1 -> QueueDefinition.Service.STRICT;
            default ->
                new QueueDefinition.Weighted(IntStream.range(0, 10)
                        .mapToObj(level -> 1 + random.nextInt(1000))
                        .toList());
        };
        Overflow overflow = Overflow.values()[random.nextInt(Overflow.values().length)];
        return new QueueDefinition(
                text(random, 1),
                random.nextBoolean(),
                service,
                new Limits(positive(random), positive(random), overflow, positive(random)),
                new DeadLetter(name(random), name(random), random.nextInt(100))
                        .withExchange(name(random), random.nextBoolean() ? "" : text(random, 0)),
                random.nextBoolean()
                        ? Deduplication.OFF
                        : new Deduplication(1 + random.nextInt(1000), positive(random), text(random, 0)),
                dispatching(random),
                life(random),
                random.nextBoolean() ? QueueExpiry.NEVER : new QueueExpiry(random.nextBoolean(), positive(random)),
                random.nextBoolean()
                        ? Replay.OFF
                        : new Replay(1 + random.nextInt(1000), positive(random), positive(random), random.nextInt(9)),
                random.nextBoolean() ? Annotations.EMPTY : annotations(random),
                random.nextBoolean()
                        ? Origin.NONE
                        : new Origin(Origin.Source.TEMPLATE, text(random, 0), List.of("a", "maxBytes")));
    }

    private static Dispatching dispatching(Random random) {
        if (random.nextBoolean()) {
            return Dispatching.DEFAULT;
        }
        Dispatching.Groups groups = Dispatching.Groups.values()[random.nextInt(3)];
        return new Dispatching(
                groups, 1 + random.nextInt(1000), random.nextBoolean(), positive(random), random.nextBoolean());
    }

    private static MessageLife life(Random random) {
        if (random.nextBoolean()) {
            return MessageLife.PLAIN;
        }
        long delay = 1 + random.nextInt(1000);
        MessageLife.Backoff backoff = random.nextBoolean()
                ? MessageLife.Backoff.NONE
                : new MessageLife.Backoff(
                        MessageLife.Growth.values()[1 + random.nextInt(3)],
                        delay,
                        100 + random.nextInt(1000),
                        delay + random.nextInt(10_000),
                        random.nextInt(101),
                        MessageLife.Waits.values()[random.nextInt(3)]);
        MessageLife.LastValue lastValue = random.nextBoolean()
                ? MessageLife.LastValue.OFF
                : new MessageLife.LastValue(1 + random.nextInt(1000), text(random, 1));
        boolean stamped = random.nextBoolean();
        int acquisitions = random.nextInt(9);
        Optional<Forward> forward =
                name(random).map(to -> new Forward(random.nextBoolean() ? NodeKind.QUEUE : NodeKind.TOPIC, "f" + to));
        return new MessageLife(backoff, acquisitions, random.nextInt(9_000), lastValue, stamped, name(random), forward);
    }

    private static Optional<String> name(Random random) {
        return random.nextBoolean() ? Optional.empty() : Optional.of(text(random, 1));
    }

    private static Enqueued enqueued(Random random) {
        byte[] encoded = new byte[random.nextInt(50)];
        random.nextBytes(encoded);
        Message.Header header = new Message.Header(
                random.nextInt(), random.nextBoolean(), random.nextInt(10), random.nextLong(), random.nextLong());
        if (random.nextInt(3) == 0) {
            header = header.withGroup(new MessageGroup(text(random, 1), random.nextInt()));
        }
        Message message = new Message(encoded, random.nextInt(encoded.length + 1), header, annotations(random));
        if (random.nextInt(3) == 0) {
            message = message.withBody(new LargeBody(positive(random), positive(random)));
        }
        if (random.nextInt(3) == 0) {
            message = message.publishedBy(positive(random));
        }
        return new Enqueued(
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextInt(),
                text(random, 0),
                message);
    }

    private static SubscriptionExpiry.State expiry(Random random) {
        SubscriptionExpiry.Policy[] policies = SubscriptionExpiry.Policy.values();
        SubscriptionExpiry.Policy policy = policies[random.nextInt(policies.length)];
        return policy == SubscriptionExpiry.Policy.NEVER
                ? SubscriptionExpiry.State.NEVER
                : new SubscriptionExpiry.State(
                        new SubscriptionExpiry(policy, random.nextLong(1L << 32)), random.nextLong());
    }

    private static Subscription subscription(Random random) {
        byte[] encoded = new byte[random.nextInt(9)];
        random.nextBytes(encoded);
        return new Subscription(
                new Subscription.Identity(text(random, 0), text(random, 0), random.nextBoolean()),
                text(random, 1),
                new Subscription.Selection(text(random, 0), encoded),
                random.nextBoolean(),
                random.nextBoolean());
    }

    private static Published published(Random random) {
        Enqueued first = enqueued(random);
        List<Enqueued> copies = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            copies.add(new Enqueued(
                    random.nextLong(),
                    random.nextLong(),
                    first.arrivedAtMillis(),
                    random.nextLong(),
                    first.deliverAtMillis(),
                    0,
                    text(random, 0),
                    first.message()));
        }
        return new Published(copies);
    }

    private static JournalRecord random(Random random) {
        return switch (random.nextInt(12)) {
            case 8 -> new Subscribed(random.nextLong(), subscription(random), expiry(random));
            case 9 -> published(random);
            case 10 -> {
                byte[] bytes = new byte[random.nextInt(9)];
                random.nextBytes(bytes);
                Optional<SessionState> state = random.nextBoolean()
                        ? Optional.empty()
                        : Optional.of(new SessionState(bytes, random.nextLong()));
                yield new SessionStateSet(random.nextLong(), text(random, 0), state);
            }
            case 0 -> new QueueDeclared(random.nextLong(), definition(random), random.nextLong());
            case 1 -> new QueueDeleted(random.nextLong());
            case 2 -> enqueued(random);
            case 3 -> {
                long[] sequences =
                        random.longs(random.nextInt(20), 1, 40).distinct().toArray();
                Removed.Reason reason = Removed.Reason.values()[random.nextInt(Removed.Reason.values().length)];
                yield new Removed(random.nextLong(), SequenceRanges.ofSequences(sequences, sequences.length), reason);
            }
            case 4 -> {
                List<Remembered> ids = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    ids.add(new Remembered(text(random, 0), random.nextLong()));
                }
                yield new DuplicatesRemembered(random.nextLong(), ids);
            }
            case 5 -> new QueuePaused(random.nextLong(), random.nextBoolean(), random.nextBoolean());
            case 6 -> {
                List<LastValues.Value> values = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    values.add(new LastValues.Value(text(random, 0), random.nextLong()));
                }
                yield new LastValues(random.nextLong(), values);
            }
            case 7 ->
                new Returned(
                        random.nextLong(), random.nextLong(), random.nextInt(), annotations(random), random.nextLong());
            default -> new Returned(random.nextLong(), random.nextLong(), random.nextInt(), annotations(random));
        };
    }

    @Property(tries = 2000)
    void everyRecordComesBackAsItWas(@ForAll long seed) {
        JournalRecord record = random(new Random(seed));
        byte[] bytes = written(record);
        JournalRecord read = RecordCodec.read(ByteBuffer.wrap(bytes));

        if (record instanceof Published published) {
            Published again = (Published) read;
            assertEquals(published.copies().size(), again.copies().size());
            for (int i = 0; i < again.copies().size(); i++) {
                assertSameMessage(published.copies().get(i), again.copies().get(i));
                assertSame(again.message(), again.copies().get(i).message(), "the message is there once");
            }
        } else if (record instanceof Enqueued enqueued) {
            assertSameMessage(enqueued, (Enqueued) read);
        } else {
            assertEquals(record, read);
        }
        assertArrayEquals(bytes, written(read));
    }

    private static void assertSameMessage(Enqueued enqueued, Enqueued again) {
        assertEquals(enqueued.queueId(), again.queueId());
        assertEquals(enqueued.sequence(), again.sequence());
        assertEquals(enqueued.arrivedAtMillis(), again.arrivedAtMillis());
        assertEquals(enqueued.expiresAtMillis(), again.expiresAtMillis());
        assertEquals(enqueued.deliverAtMillis(), again.deliverAtMillis());
        assertEquals(enqueued.deliveryCount(), again.deliveryCount());
        assertEquals(enqueued.duplicateId(), again.duplicateId());
        assertEquals(enqueued.message().header(), again.message().header());
        assertEquals(enqueued.message().added(), again.message().added());
        assertEquals(enqueued.message().annotatedOffset(), again.message().annotatedOffset());
        assertArrayEquals(enqueued.message().encoded(), again.message().encoded());
        assertEquals(enqueued.message().largeBody(), again.message().largeBody());
        assertEquals(enqueued.message().publisher(), again.message().publisher());
    }

    @Property(tries = 300)
    void aRecordThatIsCutShortIsRefused(@ForAll long seed) {
        byte[] bytes = written(random(new Random(seed)));
        for (int length = 0; length < bytes.length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(bytes, 0, length);
            assertThrows(IllegalArgumentException.class, () -> RecordCodec.read(cut));
        }
    }

    @Property(tries = 3000)
    void damagedBytesAreReadOrRefusedAndNothingElse(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = written(random(random));
        for (int i = 0; i <= random.nextInt(3); i++) {
            int at = random.nextInt(bytes.length);
            bytes[at] = random.nextBoolean() ? (byte) random.nextInt() : (byte) (bytes[at] ^ 1 << random.nextInt(8));
        }
        try {
            RecordCodec.read(ByteBuffer.wrap(bytes));
        } catch (IllegalArgumentException expected) {
            // Any other exception fails the property.
        }
    }

    @Test
    void moreAnnotationsThanAShortCanCount() {
        Map<String, Annotations.Value> values = new LinkedHashMap<>();
        for (int i = 0; i < 70_000; i++) {
            values.put("k" + i, new Annotations.Number(i));
        }
        Returned returned = new Returned(1, 2, 3, Annotations.of(values));

        assertEquals(returned, RecordCodec.read(ByteBuffer.wrap(written(returned))));
    }

    /** The format is a promise to data on disks: a change here needs a new record type. */
    @Test
    void theBytesAreTheseAndNoOthers() {
        QueueDefinition definition = QueueDefinition.named("q")
                .withLimits(new Limits(1, 2, Overflow.DROP_HEAD, 3))
                .withDeadLetter(new DeadLetter(Optional.of("d"), Optional.empty(), 4))
                .withDeduplication(new Deduplication(5, 6, "p"));
        assertGolden(
                "010000000000000007" + "0000000000000009" + "0000000171" + "01" + "01" + "0000000000000001"
                        + "0000000000000002" + "01" + "0000000000000003" + "010000000164" + "00" + "00000004"
                        + "00000005" + "0000000000000006" + "0000000170",
                new QueueDeclared(7, definition, 9));
        assertGolden(
                "0a0000000000000007" + "0000000000000009" + "0000000171" + "01" + "01" + "0000000000000001"
                        + "0000000000000002" + "01" + "0000000000000003" + "010000000164" + "00" + "00000004"
                        + "00000005" + "0000000000000006" + "0000000170"
                        + "01" + "01" + "0000000e" + "01" + "00000008" + "01" + "0000000000000009",
                new QueueDeclared(
                        7,
                        definition.withDispatching(new Dispatching(Dispatching.Groups.WHILE_UNSETTLED, 8, true, 9)),
                        9));
        assertGolden("020000000000000007", new QueueDeleted(7));
        Annotations one = Annotations.of(Map.of("k", new Annotations.Number(5)));
        Message message = new Message(
                "hi".getBytes(StandardCharsets.UTF_8), 1, new Message.Header(6, true, 9, 10, Message.NONE), one);
        assertGolden(
                "030000000000000007" + "0000000000000001" + "0000000000000002" + "ffffffffffffffff" + "000000000000000b"
                        + "00000003" + "0000000164" + "01" + "09" + "00000006" + "000000000000000a" + "ffffffffffffffff"
                        + "00000001"
                        + "00000001" + "000000016b" + "01" + "0000000000000005" + "00000002" + "6869",
                new Enqueued(7, 1, 2, Message.NONE, 11, 3, "d", message));
        assertGolden(
                "030000000000000007" + "0000000000000001" + "0000000000000002" + "ffffffffffffffff" + "000000000000000b"
                        + "00000003" + "0000000164" + "03" + "09" + "00000006" + "000000000000000a" + "ffffffffffffffff"
                        + "00000001" + "00000001" + "000000016b" + "01" + "0000000000000005" + "00000002" + "6869"
                        + "0000000000000010" + "0000000040000000",
                new Enqueued(7, 1, 2, Message.NONE, 11, 3, "d", message.withBody(new LargeBody(16, 1 << 30))));
        Message grouped = message.with(message.header().withGroup(new MessageGroup("g", -1)));
        assertGolden(
                "030000000000000007" + "0000000000000001" + "0000000000000002" + "ffffffffffffffff" + "000000000000000b"
                        + "00000003" + "0000000164" + "05" + "09" + "00000006" + "000000000000000a" + "ffffffffffffffff"
                        + "00000001"
                        + "00000001" + "000000016b" + "01" + "0000000000000005" + "00000002" + "6869"
                        + "0000000167" + "ffffffff",
                new Enqueued(7, 1, 2, Message.NONE, 11, 3, "d", grouped));
        assertGolden(
                "040000000000000007" + "05" + "00000002" + "0000000000000001" + "0000000000000002" + "0000000000000004"
                        + "0000000000000004",
                new Removed(7, SequenceRanges.ofBounds(1, 2, 4, 4), Removed.Reason.PURGED));
        assertGolden(
                "050000000000000007" + "0000000000000001" + "00000003" + "00000001" + "000000016b" + "01"
                        + "0000000000000005",
                new Returned(7, 1, 3, one));
        assertGolden(
                "060000000000000007" + "00000001" + "0000000164" + "0000000000000002",
                new DuplicatesRemembered(7, List.of(new Remembered("d", 2))));
        assertGolden("130000000000000007" + "01", new QueuePaused(7, true, false));
        assertGolden("130000000000000007" + "02", new QueuePaused(7, false, true));
        assertGolden(
                "140000000000000007" + "0000000163" + "0000000173" + "07" + "00000003612e62" + "0000000178" + "00000002"
                        + "0102",
                new Subscribed(
                        7,
                        new Subscription(
                                new Subscription.Identity("c", "s", true),
                                "a.b",
                                new Subscription.Selection("x", new byte[] {1, 2}),
                                true,
                                true)));
        assertGolden(
                "140000000000000007" + "0000000163" + "0000000173" + "09" + "00000003612e62" + "00000000" + "00000000"
                        + "01" + "000000000000003c" + "0000000000000009",
                new Subscribed(
                        7,
                        new Subscription(
                                new Subscription.Identity("c", "s", true),
                                "a.b",
                                Subscription.Selection.ALL,
                                false,
                                false),
                        new SubscriptionExpiry.State(
                                new SubscriptionExpiry(SubscriptionExpiry.Policy.SESSION_END, 60), 9)));
        assertGolden(
                "150000000000000007" + "0000000000000002" + "000000000000000b" + "01" + "09" + "00000006"
                        + "000000000000000a" + "ffffffffffffffff" + "00000001" + "00000001" + "000000016b" + "01"
                        + "0000000000000005" + "00000002" + "6869" + "00000002" + "0000000000000007"
                        + "0000000000000001" + "ffffffffffffffff" + "0000000164" + "0000000000000008"
                        + "0000000000000003" + "0000000000000009" + "00000000",
                new Published(List.of(
                        new Enqueued(7, 1, 2, Message.NONE, 11, 0, "d", message),
                        new Enqueued(8, 3, 2, 9, 11, 0, "", message))));
    }

    /** What later versions added: a type of its own each, so that an older version refuses it. */
    @Test
    void theBytesOfLaterRecordsAreTheseAndNoOthers() {
        assertGolden(
                "200000000000000007" + "0000000173" + "01" + "0000000000000009" + "00000002" + "0102",
                new SessionStateSet(7, "s", Optional.of(new SessionState(new byte[] {1, 2}, 9))));
        assertGolden("200000000000000007" + "0000000173" + "00", new SessionStateSet(7, "s", Optional.empty()));
        Annotations one = Annotations.of(Map.of("k", new Annotations.Number(5)));
        MessageLife life = new MessageLife(
                new MessageLife.Backoff(MessageLife.Growth.EXPONENTIAL, 1, 200, 3, 4),
                5,
                6,
                new MessageLife.LastValue(7, "v"),
                true,
                Optional.empty(),
                Optional.empty());
        assertGolden(
                "0a0000000000000007" + "0000000000000009" + "0000000171" + "01" + "01" + "7fffffffffffffff"
                        + "7fffffffffffffff" + "00" + "7fffffffffffffff" + "00" + "00" + "00000000"
                        + "00000000" + "0000000000000000" + "00000000"
                        + "01" + "02" + "0000002c" + "03" + "0000000000000001" + "000000c8" + "0000000000000003" + "04"
                        + "00000005" + "0000000000000006" + "00000007" + "0000000176" + "01",
                new QueueDeclared(7, QueueDefinition.named("q").withLife(life), 9));
        MessageLife keeping = MessageLife.PLAIN.withAcknowledgedQueue(Optional.of("a"));
        assertGolden(
                "0a0000000000000007" + "0000000000000009" + "0000000171" + "01" + "01" + "7fffffffffffffff"
                        + "7fffffffffffffff" + "00" + "7fffffffffffffff" + "00" + "00" + "00000000"
                        + "00000000" + "0000000000000000" + "00000000"
                        + "01" + "03" + "00000005" + "0000000161",
                new QueueDeclared(7, QueueDefinition.named("q").withLife(keeping), 9));
        MessageLife forwarding = MessageLife.PLAIN.withForward(Optional.of(new Forward(NodeKind.TOPIC, "t")));
        assertGolden(
                "0a0000000000000007" + "0000000000000009" + "0000000171" + "01" + "01" + "7fffffffffffffff"
                        + "7fffffffffffffff" + "00" + "7fffffffffffffff" + "00" + "00" + "00000000"
                        + "00000000" + "0000000000000000" + "00000000"
                        + "01" + "09" + "00000006" + "01" + "0000000174",
                new QueueDeclared(7, QueueDefinition.named("q").withLife(forwarding), 9));
        assertGolden(
                "1e0000000000000000" + "0000000164" + "05" + "00000002742a" + "0000000171" + "0000000178" + "00000001"
                        + "07",
                new DefinitionRecord.DivertDefined(
                        divert(NodeKind.TOPIC, new Selection("x", new byte[] {7}), NodeKind.QUEUE, true)));
        assertGolden(
                "0a0000000000000007" + "0000000000000009" + "0000000171" + "01" + "01" + "7fffffffffffffff"
                        + "7fffffffffffffff" + "00" + "7fffffffffffffff" + "00" + "00" + "00000000"
                        + "00000000" + "0000000000000000" + "00000000"
                        + "01" + "0a" + "00000011" + "03" + "0000000170" + "02" + "0000000161" + "0000000162",
                new QueueDeclared(
                        7,
                        QueueDefinition.named("q")
                                .withOrigin(new Origin(Origin.Source.POLICY, "p", List.of("b", "a", "b"))),
                        9));
        assertNotEquals(Message.publisher("ab"), Message.publisher("ba"));
        assertEquals(7497610108220635414L, Message.publisher("container"), "what is stored is compared with it");
        assertGolden("1f0000000000000000" + "0000000164", new DefinitionRecord.DivertDeleted("d"));
        assertGolden(
                "0a0000000000000007" + "0000000000000009" + "0000000171" + "01" + "01" + "7fffffffffffffff"
                        + "7fffffffffffffff" + "00" + "7fffffffffffffff" + "00" + "00" + "00000000"
                        + "00000000" + "0000000000000000" + "00000000"
                        + "01" + "04" + "00000001" + "01",
                new QueueDeclared(
                        7,
                        QueueDefinition.named("q").withDispatching(Dispatching.DEFAULT.withNonDestructive(true)),
                        9));
        assertGolden(
                "0a0000000000000007" + "0000000000000009" + "0000000171" + "01" + "01" + "7fffffffffffffff"
                        + "7fffffffffffffff" + "00" + "7fffffffffffffff" + "00" + "00" + "00000000"
                        + "00000000" + "0000000000000000" + "00000000"
                        + "01" + "05" + "00000009" + "01" + "000000000000ea60",
                new QueueDeclared(7, QueueDefinition.named("q").withExpiry(new QueueExpiry(true, 60_000)), 9));
        assertGolden(
                "0a0000000000000007" + "0000000000000009" + "0000000171" + "01" + "01" + "7fffffffffffffff"
                        + "7fffffffffffffff" + "00" + "7fffffffffffffff" + "00" + "00" + "00000000"
                        + "00000000" + "0000000000000000" + "00000000"
                        + "01" + "06" + "0000000b" + "01" + "0000000165" + "000000016b",
                new QueueDeclared(
                        7,
                        QueueDefinition.named("q").withDeadLetter(DeadLetter.NONE.withExchange(Optional.of("e"), "k")),
                        9));
        assertGolden(
                "0a0000000000000007" + "0000000000000009" + "0000000171" + "01" + "01" + "7fffffffffffffff"
                        + "7fffffffffffffff" + "00" + "7fffffffffffffff" + "00" + "00" + "00000000"
                        + "00000000" + "0000000000000000" + "00000000"
                        + "01" + "08" + "00000020" + "0000000000000064" + "7fffffffffffffff" + "000000000000ea60"
                        + "000000000000000a",
                new QueueDeclared(
                        7,
                        QueueDefinition.named("q").withReplay(new Replay(100, QueueDefinition.UNLIMITED, 60_000, 10)),
                        9));
        assertGolden(
                "100000000000000007" + "0000000000000001" + "00000003" + "00000001" + "000000016b" + "01"
                        + "0000000000000005" + "0000000000000008",
                new Returned(7, 1, 3, one, 8));
        assertGolden(
                "110000000000000007" + "00000001" + "000000016b" + "0000000000000002",
                new LastValues(7, List.of(new LastValues.Value("k", 2))));
        assertGolden(
                "050000000000000007" + "0000000000000001" + "00000003" + "00000001" + "000000016d" + "04" + "00000001"
                        + "00000001" + "000000016b" + "01" + "0000000000000005",
                new Returned(7, 1, 3, Annotations.of(Map.of("m", new Annotations.Maps(List.of(one))))));
    }

    private static void assertGolden(String hex, JournalRecord record) {
        assertEquals(hex, HexFormat.of().formatHex(written(record)));
    }

    @Test
    void definitionsComeBackAsTheyWere() {
        User all = new User(
                "änna",
                Optional.of(StoredPassword.create("secret", 4096, new SecureRandom())),
                true,
                Optional.of(new Permissions(Map.of(
                        Permissions.Action.SEND,
                        List.of(new NamePattern("orders.*"), new NamePattern("a")),
                        Permissions.Action.MANAGE,
                        List.of(new NamePattern("*"))))));
        User nothing = new User("x", Optional.empty(), false, Optional.empty());
        User nothingAllowed = nothing.withPermissions(Optional.of(new Permissions(Map.of())));
        for (DefinitionRecord record : List.of(
                new DefinitionRecord.UserDefined(all),
                new DefinitionRecord.UserDefined(nothing),
                new DefinitionRecord.UserDefined(nothingAllowed),
                new DefinitionRecord.UserDeleted("änna"),
                new DefinitionRecord.PolicyDefined(new Policy(
                        "p",
                        7,
                        new NamePattern("orders.*"),
                        Policy.Kind.TOPICS,
                        true,
                        QueueDefinition.named("*")
                                .withLimits(new Limits(10, QueueDefinition.UNLIMITED, Overflow.DROP_HEAD, 5)))),
                new DefinitionRecord.PolicyDeleted("p"),
                new DefinitionRecord.DivertDefined(divert(NodeKind.QUEUE, Selection.ALL, NodeKind.TOPIC, true)),
                new DefinitionRecord.DivertDefined(
                        divert(NodeKind.TOPIC, new Selection("größe > 1", new byte[] {1, 2}), NodeKind.QUEUE, false)),
                new DefinitionRecord.DivertDeleted("d"))) {
            ByteBuffer out = ByteBuffer.allocate(RecordCodec.size(record));
            RecordCodec.write(record, out);
            assertEquals(0, out.remaining(), "the size is exact");
            assertEquals(record, RecordCodec.read(out.flip()));
        }
    }

    private static Divert divert(NodeKind kind, Selection selection, NodeKind toKind, boolean exclusive) {
        return new Divert("d", kind, new NamePattern("t*"), selection, toKind, "q", exclusive);
    }

    @Test
    void aRecordOfANewerVersionIsSaidToBeOne() {
        ByteBuffer unknown = ByteBuffer.allocate(9).put((byte) 99).putLong(0).flip();
        String text = assertThrows(IllegalArgumentException.class, () -> RecordCodec.read(unknown))
                .getMessage();
        assertEquals("unknown record type 99: a newer version of Sluice may have written it", text);
    }
}
