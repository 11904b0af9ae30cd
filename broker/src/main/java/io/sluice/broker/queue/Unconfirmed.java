package io.sluice.broker.queue;

import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.ResumableLink;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered.Remembered;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Deliveries of resumable links that a queue took and whose senders have not settled them, by their keys ({@link ResumableLink}). They come with
 * the records of their messages and go by records of their own, or as the oldest of too many. Shard's thread only.
 */
final class Unconfirmed {
    /** How many a queue knows, and for how long: a day. */
    static final Deduplication LIMITS = new Deduplication(ResumableLink.MAX_KEYS, 86_400_000, "");

    private final DuplicateWindow durable = new DuplicateWindow();
    /** Of messages that are not durable: gone with them. */
    private final DuplicateWindow others = new DuplicateWindow();

    void cameIn(String key, long arrivedAtMillis, boolean isDurable) {
        (isDurable ? durable : others).remember(key, arrivedAtMillis, 0, LIMITS);
    }

    void apply(Remembered change) {
        if (change.isForgotten()) {
            durable.forget(change.id());
        } else {
            durable.remember(change.id(), change.arrivedAtMillis(), 0, LIMITS);
        }
    }

    /** Which of these it knows. */
    Set<String> known(Collection<String> keys, long nowMillis) {
        Set<String> known = new HashSet<>();
        for (String key : keys) {
            if (durable.holds(key, nowMillis, LIMITS) || others.holds(key, nowMillis, LIMITS)) {
                known.add(key);
            }
        }
        return known;
    }

    /** Their senders have settled them. */
    void forget(Collection<String> keys, long queueId, Turn turn) {
        List<Remembered> gone = new ArrayList<>();
        for (String key : keys) {
            others.forget(key);
            if (durable.has(key)) {
                gone.add(Remembered.forgotten(key));
            }
        }
        for (DuplicatesRemembered record : DuplicatesRemembered.of(queueId, gone)) {
            turn.decide(record, true, Turn.Effect.NOTHING);
            turn.cut();
        }
    }

    /** As {@link #forget}, of all of a link's but these. */
    void forgetOthers(ResumableLink link, Set<String> kept, long queueId, Turn turn) {
        Predicate<String> goes = key -> link.has(key) && !kept.contains(key);
        List<String> keys = new ArrayList<>();
        durable.all().stream().map(Remembered::id).filter(goes).forEach(keys::add);
        others.all().stream().map(Remembered::id).filter(goes).forEach(keys::add);
        forget(keys, queueId, turn);
    }

    /** The durable ones, oldest first. */
    List<Remembered> all() {
        return durable.all();
    }

    /** Of memory; about. */
    long bytes() {
        return durable.bytes() + others.bytes();
    }
}
