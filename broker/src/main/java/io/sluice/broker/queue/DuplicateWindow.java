package io.sluice.broker.queue;

import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered.Remembered;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The ids of the latest messages of a queue. It changes by records alone, and goes by the times in them: two that have seen the same
 * records are the same.
 */
final class DuplicateWindow {
    /** What an id costs in memory beside its characters; about. */
    private static final long ID_BYTES = 128;

    /** @param sequence of the message that had the id, 0 where that is not known */
    private record Arrival(long atMillis, long sequence) {}

    /** Of each id, oldest first. */
    private final LinkedHashMap<String, Arrival> arrivals = new LinkedHashMap<>();

    private long bytes;

    boolean holds(String id, long nowMillis, Deduplication limits) {
        Arrival arrival = arrivals.get(id);
        return arrival != null && nowMillis - arrival.atMillis < limits.maxAgeMillis();
    }

    /** Of the message that had the id, 0 where that is not known. */
    long sequenceOf(String id) {
        Arrival arrival = arrivals.get(id);
        return arrival == null ? 0 : arrival.sequence;
    }

    /** Applying the same again changes nothing. @param sequence of the message, 0 where that is not known */
    void remember(String id, long arrivedAtMillis, long sequence, Deduplication limits) {
        Arrival before = arrivals.get(id);
        if (before != null && before.atMillis >= arrivedAtMillis) {
            return;
        }
        if (before != null) {
            arrivals.remove(id);
        } else {
            bytes += bytesOf(id);
        }
        arrivals.put(id, new Arrival(arrivedAtMillis, sequence));
        forgetOld(arrivedAtMillis, limits);
    }

    boolean has(String id) {
        return arrivals.containsKey(id);
    }

    /** Applying the same again changes nothing. */
    void forget(String id) {
        if (arrivals.remove(id) != null) {
            bytes -= bytesOf(id);
        }
    }

    private void forgetOld(long nowMillis, Deduplication limits) {
        Iterator<Map.Entry<String, Arrival>> oldest = arrivals.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<String, Arrival> id = oldest.next();
            boolean tooOld = nowMillis - id.getValue().atMillis >= limits.maxAgeMillis();
            if (!tooOld && arrivals.size() <= limits.maxIds()) {
                return;
            }
            bytes -= bytesOf(id.getKey());
            oldest.remove();
        }
    }

    private static long bytesOf(String id) {
        return ID_BYTES + id.length();
    }

    /** Of memory; about. */
    long bytes() {
        return bytes;
    }

    /** Oldest first. */
    List<Remembered> all() {
        List<Remembered> all = new ArrayList<>(arrivals.size());
        arrivals.forEach((id, arrival) -> all.add(new Remembered(id, arrival.atMillis)));
        return all;
    }
}
