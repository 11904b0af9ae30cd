package io.sluice.broker.record;

import io.sluice.broker.Dispatching;
import io.sluice.broker.MessageLife;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import java.nio.ByteBuffer;

/**
 * Settings of a queue that came after the first form of its declaration. Only those that are not as they were before they came are
 * written, each on its own, so that any may come without another.
 *
 * <pre>
 * extensions  := count u8 | count x (kind u8 | length i32 | content)
 * 1 dispatching := groups u8 | maxIdleGroups i32 | singleActiveConsumer u8 | lockMillis i64
 * 2 life        := see {@link LifeRecords}
 * </pre>
 */
final class Extensions {
    private static final byte DISPATCHING = 1;
    private static final byte LIFE = 2;
    private static final int DISPATCHING_BYTES = 1 + 4 + 1 + 8;

    private static final int HEAD = 1 + 4;
    private static final Dispatching.Groups[] GROUPS = Dispatching.Groups.values();

    private Extensions() {}

    private static int count(QueueDefinition definition) {
        int dispatching = definition.dispatching().equals(Dispatching.DEFAULT) ? 0 : 1;
        return dispatching + (definition.life().equals(MessageLife.PLAIN) ? 0 : 1);
    }

    /** Whether the first form of a declaration cannot say it all. */
    static boolean isNeeded(QueueDefinition definition) {
        return count(definition) > 0;
    }

    /** Bytes that {@link #write} will take. */
    static int size(QueueDefinition definition) {
        if (!isNeeded(definition)) {
            return 0;
        }
        int dispatching = definition.dispatching().equals(Dispatching.DEFAULT) ? 0 : HEAD + DISPATCHING_BYTES;
        MessageLife life = definition.life();
        return 1 + dispatching + (life.equals(MessageLife.PLAIN) ? 0 : HEAD + LifeRecords.size(life));
    }

    /** Writes nothing where none {@link #isNeeded}. */
    static void write(QueueDefinition definition, ByteBuffer out) {
        if (!isNeeded(definition)) {
            return;
        }
        out.put((byte) count(definition));
        Dispatching dispatching = definition.dispatching();
        if (!dispatching.equals(Dispatching.DEFAULT)) {
            out.put(DISPATCHING)
                    .putInt(DISPATCHING_BYTES)
                    .put((byte) dispatching.groups().ordinal())
                    .putInt(dispatching.maxIdleGroups())
                    .put((byte) (dispatching.singleActiveConsumer() ? 1 : 0))
                    .putLong(dispatching.lockMillis());
        }
        MessageLife life = definition.life();
        if (!life.equals(MessageLife.PLAIN)) {
            out.put(LIFE).putInt(LifeRecords.size(life));
            LifeRecords.write(life, out);
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
            definition = switch (kind) {
                case DISPATCHING -> definition.withDispatching(readDispatching(in));
                case LIFE -> definition.withLife(LifeRecords.read(in));
                default -> throw new IllegalArgumentException("unknown setting " + kind + " of a queue");
            };
            if (in.position() != end) {
                throw new IllegalArgumentException("setting " + kind + " of a queue has another length");
            }
        }
        return new QueueDeclared(base.queueId(), definition, base.nextSequence());
    }

    private static Dispatching readDispatching(ByteBuffer in) {
        return new Dispatching(GROUPS[in.get()], in.getInt(), in.get() != 0, in.getLong());
    }
}
