package io.sluice.broker.queue;

import io.sluice.broker.MessageLife.LastValue;
import io.sluice.broker.Refusal;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.SequenceRanges;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which message of a queue is the last one of each key. What is applied is a matter of the queue's records alone; what is decided and
 * on its way stands beside it, so that of two messages in a row the second takes the place of the first.
 */
final class LastValueKeys {
    /** In one record; a checkpoint takes many. */
    private static final int MAX_VALUES_PER_RECORD = 1_000;
    /** What a key costs in memory beside its characters; about. */
    private static final long KEY_BYTES = 250;

    private final QueueState state;
    private final Map<String, Long> byKey = new HashMap<>();
    private final TreeMap<Long, String> bySequence = new TreeMap<>();
    /** Decided, not yet applied: the newest of each key. */
    private final Map<String, Long> decided = new HashMap<>();

    LastValueKeys(QueueState state) {
        this.state = state;
    }

    private LastValue limits() {
        return state.definition().life().lastValue();
    }

    /** Why a message with this key is not taken; empty where it is. */
    Optional<Refusal> refusalOf(String key) {
        if (key.isEmpty() || isKnown(key)) {
            return Optional.empty();
        }
        long count = (long) byKey.size() + decided.size();
        if (count < limits().maxKeys()) {
            return Optional.empty();
        }
        String name = state.definition().name();
        return Optional.of(new Refusal(
                Refusal.Kind.RESOURCE_LIMIT_EXCEEDED,
                "queue '" + name + "' has all the keys it may have, " + limits().maxKeys(),
                Map.of(
                        "queue",
                        name,
                        "reason",
                        "lastValueKeys",
                        "limit",
                        (long) limits().maxKeys(),
                        "current",
                        count)));
    }

    private boolean isKnown(String key) {
        return decided.containsKey(key) || byKey.containsKey(key);
    }

    /** @return the message that one with this key takes the place of, 0 where there is none */
    long last(String key) {
        Long last = decided.get(key);
        if (last == null) {
            last = byKey.get(key);
        }
        return last == null ? 0 : last;
    }

    /** A message with the key is decided. */
    LastValues comesIn(String key, long sequence) {
        decided.put(key, sequence);
        return new LastValues(state.id(), List.of(new LastValues.Value(key, sequence)));
    }

    /** @return the bytes of memory it takes more */
    long applied(LastValues record) {
        long bytes = 0;
        for (LastValues.Value value : record.values()) {
            decided.remove(value.key(), value.sequence());
            Long before = byKey.get(value.key());
            if (!limits().isOn() || (before != null && before >= value.sequence())) {
                continue;
            }
            byKey.put(value.key(), value.sequence());
            bySequence.put(value.sequence(), value.key());
            if (before == null) {
                bytes += bytesOf(value.key());
            } else {
                bySequence.remove(before);
            }
        }
        return bytes;
    }

    /** These messages are gone. @return the bytes of memory it takes more: none, or fewer */
    long removed(SequenceRanges sequences) {
        long bytes = 0;
        for (int range = 0; range < sequences.rangeCount() && !bySequence.isEmpty(); range++) {
            Map<Long, String> gone = bySequence.subMap(sequences.first(range), true, sequences.last(range), true);
            for (String key : gone.values()) {
                byKey.remove(key);
                bytes -= bytesOf(key);
            }
            gone.clear();
        }
        return bytes;
    }

    /** The queue may not be one of last values any longer. @return as {@link #removed} */
    long declared() {
        return limits().isOn() ? 0 : forgetAll();
    }

    /** @return as {@link #removed} */
    long forgetAll() {
        return removed(SequenceRanges.ofBounds(0, Long.MAX_VALUE));
    }

    private static long bytesOf(String key) {
        return KEY_BYTES + key.length();
    }

    /** Of durable messages; for a checkpoint. */
    List<LastValues> asRecords() {
        List<LastValues.Value> all = new ArrayList<>(bySequence.size());
        bySequence.forEach((sequence, key) -> {
            QueueEntry entry = state.entries().find(sequence);
            // What is out of memory is durable.
            if (entry == null || entry.durable) {
                all.add(new LastValues.Value(key, sequence));
            }
        });
        List<LastValues> records = new ArrayList<>();
        for (int from = 0; from < all.size(); from += MAX_VALUES_PER_RECORD) {
            int to = Math.min(all.size(), from + MAX_VALUES_PER_RECORD);
            records.add(new LastValues(state.id(), all.subList(from, to)));
        }
        return records;
    }
}
