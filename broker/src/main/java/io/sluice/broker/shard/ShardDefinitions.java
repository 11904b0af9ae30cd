package io.sluice.broker.shard;

import io.sluice.broker.Divert;
import io.sluice.broker.Refusal;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.DefinitionRecord.DivertDefined;
import io.sluice.broker.record.DefinitionRecords;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** The definitions that a shard's journal holds, as applied and as decided. Shard's thread, but for {@link #current}. */
final class ShardDefinitions {
    private final DefinitionRecords applied = new DefinitionRecords();
    /** The same with what is under way to the journal. */
    private final DefinitionRecords decided = new DefinitionRecords();

    private BiFunction<Divert, Definitions, Optional<Refusal>> divertRefusal = (divert, are) -> Optional.empty();
    private int underWay;
    private boolean changed;
    private volatile Definitions current = Definitions.NONE;

    /** As they were last {@link #publish}ed. Any thread. */
    Definitions current() {
        return current;
    }

    void apply(DefinitionRecord record) {
        applied.apply(record);
        changed = true;
        if (underWay == 0) {
            decided.apply(record);
        }
    }

    /** What was applied may be seen: once for many records, since each picture is a whole one. */
    void publish() {
        if (changed) {
            changed = false;
            current = applied.current();
        }
    }

    /** @param refusal why a divert may not be, beside these */
    void checkDiverts(BiFunction<Divert, Definitions, Optional<Refusal>> refusal) {
        divertRefusal = refusal;
    }

    /** For a checkpoint. */
    List<DefinitionRecord> records() {
        return applied.all();
    }

    /** See {@link ShardMailbox#define}. */
    void change(DefinitionChange change, Client client, Reply<Definitions> reply, Turn turn) {
        DefinitionRecord record;
        try {
            record = change.decide(decided.current());
        } catch (DefinitionChange.Refused refused) {
            turn.calling(client);
            reply.refused(refused.refusal());
            return;
        }
        Optional<Refusal> refusal = record instanceof DivertDefined defined
                ? divertRefusal.apply(defined.divert(), decided.current())
                : Optional.empty();
        if (refusal.isPresent()) {
            turn.calling(client);
            reply.refused(refusal.get());
            return;
        }
        underWay++;
        decided.apply(record);
        turn.decide(record, true, applying -> {
            underWay--;
            applying.calling(client);
            reply.done(current);
        });
    }
}
