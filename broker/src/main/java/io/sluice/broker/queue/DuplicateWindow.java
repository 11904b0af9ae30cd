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
    private static final long ID_BYTES = 120;

    /** When each id arrived, oldest first. */
    private final LinkedHashMap<String, Long> arrivals = new LinkedHashMap<>();

    private long bytes;

    boolean holds(String id, long nowMillis, Deduplication limits) {
        Long arrivedAtMillis = arrivals.get(id);
        return arrivedAtMillis != null && nowMillis - arrivedAtMillis < limits.maxAgeMillis();
    }

    /** Applying the same again changes nothing. */
    void remember(String id, long arrivedAtMillis, Deduplication limits) {
        Long before = arrivals.get(id);
        if (before != null && before >= arrivedAtMillis) {
            return;
        }
        if (before != null) {
            arrivals.remove(id);
        } else {
            bytes += bytesOf(id);
        }
        arrivals.put(id, arrivedAtMillis);
        forgetOld(arrivedAtMillis, limits);
    }

    private void forgetOld(long nowMillis, Deduplication limits) {
        Iterator<Map.Entry<String, Long>> oldest = arrivals.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<String, Long> id = oldest.next();
            boolean tooOld = nowMillis - id.getValue() >= limits.maxAgeMillis();
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
        arrivals.forEach((id, arrivedAtMillis) -> all.add(new Remembered(id, arrivedAtMillis)));
        return all;
    }
}
