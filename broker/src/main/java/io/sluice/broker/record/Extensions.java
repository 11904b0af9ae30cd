package io.sluice.broker.record;

import io.sluice.broker.Dispatching;
import io.sluice.broker.Forward;
import io.sluice.broker.MessageLife;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Origin;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.DeadLetter;
import io.sluice.broker.QueueExpiry;
import io.sluice.broker.Replay;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Settings of a queue that came after the first form of its declaration. Only those that are not as they were before they came are
 * written, each on its own, so that any may come without another.
 *
 * <pre>
 * extensions  := count u8 | count x (kind u8 | length i32 | content)
 * 1 dispatching := groups u8 | maxIdleGroups i32 | singleActiveConsumer u8 | lockMillis i64
 * 2 life        := see {@link LifeRecords}
 * 3 acknowledgedQueue := str
 * 4 nonDestructive := u8
 * 5 expiry := autoDelete u8 | idleMillis i64
 * 6 deadLetterExchange := exchange opt-str | routingKey str
 * 7 arguments := annotations, see {@link RecordCodec}
 * 8 replay := messages i64 | bytes i64 | ageMillis i64 | toNew i64
 * 9 forward := kind u8 (0 = queue, 1 = topic) | to str
 * 10 origin := source u8 | name str | count u8 | count x setting str
 * </pre>
 */
final class Extensions {
    private static final byte DISPATCHING = 1;
    private static final byte LIFE = 2;
    private static final byte ACKNOWLEDGED_QUEUE = 3;
    private static final byte NON_DESTRUCTIVE = 4;
    private static final byte EXPIRY = 5;
    private static final byte DEAD_LETTER_EXCHANGE = 6;
    private static final byte ARGUMENTS = 7;
    private static final byte REPLAY = 8;
    private static final byte FORWARD = 9;
    private static final byte ORIGIN = 10;
    private static final int DISPATCHING_BYTES = 1 + 4 + 1 + 8;

    private static final int HEAD = 1 + 4;
    private static final Origin.Source[] SOURCES = Origin.Source.values();
    private static final Dispatching.Groups[] GROUPS = Dispatching.Groups.values();

    private Extensions() {}

    /** One setting in its binary form. */
    private record Extension(byte kind, byte[] content) {}

    private static List<Extension> of(QueueDefinition definition) {
        List<Extension> extensions = new ArrayList<>(8);
        Dispatching dispatching = definition.dispatching().withNonDestructive(false);
        if (!dispatching.equals(Dispatching.DEFAULT)) {
            ByteBuffer out = ByteBuffer.allocate(DISPATCHING_BYTES);
            out.put((byte) dispatching.groups().ordinal())
                    .putInt(dispatching.maxIdleGroups())
                    .put((byte) (dispatching.singleActiveConsumer() ? 1 : 0))
                    .putLong(dispatching.lockMillis());
            extensions.add(new Extension(DISPATCHING, out.array()));
        }
        MessageLife life =
                definition.life().withAcknowledgedQueue(Optional.empty()).withForward(Optional.empty());
        if (!life.equals(MessageLife.PLAIN)) {
            ByteBuffer out = ByteBuffer.allocate(LifeRecords.size(life));
            LifeRecords.write(life, out);
            extensions.add(new Extension(LIFE, out.array()));
        }
        definition.life().acknowledgedQueue().ifPresent(queue -> {
            byte[] name = queue.getBytes(StandardCharsets.UTF_8);
            ByteBuffer out = ByteBuffer.allocate(4 + name.length);
            out.putInt(name.length).put(name);
            extensions.add(new Extension(ACKNOWLEDGED_QUEUE, out.array()));
        });
        definition.life().forward().ifPresent(forward -> {
            ByteBuffer out = ByteBuffer.allocate(1 + EncodedSize.string(forward.to()));
            out.put((byte) (forward.kind() == NodeKind.TOPIC ? 1 : 0));
            new RecordWriter(out).string(forward.to());
            extensions.add(new Extension(FORWARD, out.array()));
        });
        if (definition.dispatching().nonDestructive()) {
            extensions.add(new Extension(NON_DESTRUCTIVE, new byte[] {1}));
        }
        QueueExpiry expiry = definition.expiry();
        if (!expiry.isNever()) {
            ByteBuffer out = ByteBuffer.allocate(1 + 8);
            out.put((byte) (expiry.autoDelete() ? 1 : 0)).putLong(expiry.idleMillis());
            extensions.add(new Extension(EXPIRY, out.array()));
        }
        DeadLetter deadLetter = definition.deadLetter();
        if (hasExchange(deadLetter)) {
            ByteBuffer out = ByteBuffer.allocate(
                    EncodedSize.optional(deadLetter.exchange()) + EncodedSize.string(deadLetter.routingKey()));
            RecordWriter write = new RecordWriter(out);
            write.optional(deadLetter.exchange());
            write.string(deadLetter.routingKey());
            extensions.add(new Extension(DEAD_LETTER_EXCHANGE, out.array()));
        }
        if (!definition.arguments().isEmpty()) {
            ByteBuffer out = ByteBuffer.allocate(EncodedSize.annotations(definition.arguments()));
            new RecordWriter(out).annotations(definition.arguments());
            extensions.add(new Extension(ARGUMENTS, out.array()));
        }
        Origin origin = definition.origin();
        if (!origin.isNone()) {
            int names = origin.explicit().stream().mapToInt(EncodedSize::string).sum();
            ByteBuffer out = ByteBuffer.allocate(1 + EncodedSize.string(origin.name()) + 1 + names);
            out.put((byte) origin.source().ordinal());
            RecordWriter write = new RecordWriter(out);
            write.string(origin.name());
            out.put((byte) origin.explicit().size());
            origin.explicit().forEach(write::string);
            extensions.add(new Extension(ORIGIN, out.array()));
        }
        Replay replay = definition.replay();
        if (replay.isOn()) {
            ByteBuffer out = ByteBuffer.allocate(4 * 8);
            out.putLong(replay.messages())
                    .putLong(replay.bytes())
                    .putLong(replay.ageMillis())
                    .putLong(replay.toNew());
            extensions.add(new Extension(REPLAY, out.array()));
        }
        return extensions;
    }

    /** Whether the first form of a declaration cannot say it all. */
    static boolean isNeeded(QueueDefinition definition) {
        return !definition.dispatching().equals(Dispatching.DEFAULT)
                || !definition.life().equals(MessageLife.PLAIN)
                || !definition.expiry().isNever()
                || hasExchange(definition.deadLetter())
                || !definition.arguments().isEmpty()
                || !definition.origin().isNone()
                || definition.replay().isOn();
    }

    private static boolean hasExchange(DeadLetter deadLetter) {
        return deadLetter.exchange().isPresent() || !deadLetter.routingKey().isEmpty();
    }

    /** Bytes that {@link #write} will take. */
    static int size(QueueDefinition definition) {
        if (!isNeeded(definition)) {
            return 0;
        }
        int bytes = 1;
        for (Extension extension : of(definition)) {
            bytes += HEAD + extension.content.length;
        }
        return bytes;
    }

    /** Writes nothing where none {@link #isNeeded}. */
    static void write(QueueDefinition definition, ByteBuffer out) {
        if (!isNeeded(definition)) {
            return;
        }
        List<Extension> extensions = of(definition);
        out.put((byte) extensions.size());
        for (Extension extension : extensions) {
            out.put(extension.kind).putInt(extension.content.length).put(extension.content);
        }
    }

    /**
     * Reads what stands behind the first form.
     *
     * @throws IllegalArgumentException something is not known here: it was written by a later version, or is damaged
     */
    static QueueDeclared read(QueueDeclared base, ByteBuffer in) {
        QueueDefinition definition = base.definition();
        int count = in.get();
        if (count < 1) {
            throw new IllegalArgumentException(count + " more settings of a queue");
        }
        for (int left = count; left > 0; left--) {
            byte kind = in.get();
            long length = in.getInt();
            long end = in.position() + length;
            Dispatching dispatching = definition.dispatching();
            MessageLife life = definition.life();
            definition = switch (kind) {
                case DISPATCHING ->
                    definition.withDispatching(readDispatching(in).withNonDestructive(dispatching.nonDestructive()));
                case LIFE ->
                    definition.withLife(LifeRecords.read(in)
                            .withAcknowledgedQueue(life.acknowledgedQueue())
                            .withForward(life.forward()));
                case ACKNOWLEDGED_QUEUE ->
                    definition.withLife(life.withAcknowledgedQueue(Optional.of(RecordCodec.readString(in))));
                case FORWARD -> definition.withLife(life.withForward(Optional.of(readForward(in))));
                case NON_DESTRUCTIVE -> definition.withDispatching(dispatching.withNonDestructive(in.get() != 0));
                case EXPIRY -> definition.withExpiry(new QueueExpiry(in.get() != 0, in.getLong()));
                case DEAD_LETTER_EXCHANGE ->
                    definition.withDeadLetter(definition
                            .deadLetter()
                            .withExchange(RecordCodec.readOptionalString(in), RecordCodec.readString(in)));
                case ORIGIN -> definition.withOrigin(readOrigin(in));
                case ARGUMENTS -> definition.withArguments(RecordCodec.readAnnotations(in));
                case REPLAY ->
                    definition.withReplay(new Replay(in.getLong(), in.getLong(), in.getLong(), in.getLong()));
                default -> throw new IllegalArgumentException("unknown setting " + kind + " of a queue");
            };
            if (in.position() != end) {
                throw new IllegalArgumentException("setting " + kind + " of a queue has another length");
            }
        }
        return new QueueDeclared(base.queueId(), definition, base.nextSequence());
    }

    private static Origin readOrigin(ByteBuffer in) {
        Origin.Source source = SOURCES[in.get()];
        String name = RecordCodec.readString(in);
        int count = in.get();
        List<String> explicit = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            explicit.add(RecordCodec.readString(in));
        }
        return new Origin(source, name, explicit);
    }

    private static Forward readForward(ByteBuffer in) {
        byte kind = in.get();
        if (kind != 0 && kind != 1) {
            throw new IllegalArgumentException("unknown kind " + kind + " of what a queue forwards to");
        }
        return new Forward(kind == 1 ? NodeKind.TOPIC : NodeKind.QUEUE, RecordCodec.readString(in));
    }

    private static Dispatching readDispatching(ByteBuffer in) {
        return new Dispatching(GROUPS[in.get()], in.getInt(), in.get() != 0, in.getLong());
    }
}
