package io.sluice.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * When a node gives a shard that it is the primary of to the one that is to have it, so that each node has about as many. Of the members by
 * name, shard i is for the one at i modulo their number.
 *
 * <p>It gives a shard away when that node has been there, and has had nearly everything, for a whole interval in which the shard stayed
 * where it is; and one shard in each interval at most. What an administrator gave to this node it keeps until the other one was away.
 * No clock, no I/O; one thread.
 */
final class LeaderSpread {
    /** Entries on their way are always behind; the rest of them goes before the role does. */
    private static final long MOST_BEHIND = 1_000;

    private final String self;
    private final long intervalMillis;
    private final long awayMillis;
    private final Map<Integer, Watched> watched = new HashMap<>();
    private Optional<Long> lastGivenMillis = Optional.empty();

    private static final class Watched {
        private final long term;
        private boolean kept;
        private Optional<Long> readySinceMillis = Optional.empty();

        private Watched(Led led) {
            this.term = led.term;
            this.kept = led.given;
        }
    }

    /**
     * A shard that this node is the primary of.
     *
     * @param term rises with every election
     * @param given whether another node gave it to this one
     * @param others the other members, by their names
     */
    record Led(int shard, long term, boolean given, Map<String, Backup> others) {}

    /**
     * @param silentMillis since it was heard of
     * @param lagRecords entries that it does not have
     */
    record Backup(long silentMillis, long lagRecords) {}

    /** What is to be done now. */
    record HandOver(int shard, String to) {}

    /**
     * @param self name of this node
     * @param awayMillis one that has not answered for longer was away
     */
    LeaderSpread(String self, long intervalMillis, long awayMillis) {
        this.awayMillis = awayMillis;
        this.self = self;
        this.intervalMillis = intervalMillis;
    }

    /** Whose a shard is to be. */
    static String preferred(int shard, Iterable<String> members) {
        List<String> sorted = new ArrayList<>();
        members.forEach(sorted::add);
        sorted.sort(null);
        return sorted.get(shard % sorted.size());
    }

    /**
     * To be asked several times in a second.
     *
     * @param nowMillis of a clock that only goes forward
     * @param led all shards that this node is the primary of
     */
    Optional<HandOver> next(long nowMillis, List<Led> led) {
        watched.keySet().retainAll(led.stream().map(Led::shard).toList());
        Optional<HandOver> next = Optional.empty();
        for (Led one : led) {
            Optional<String> to = looked(nowMillis, one);
            if (next.isEmpty() && to.isPresent() && intervalOver(nowMillis)) {
                next = Optional.of(new HandOver(one.shard, to.get()));
            }
        }
        next.ifPresent(given -> {
            lastGivenMillis = Optional.of(nowMillis);
            // Where it fails, not again at once.
            watched.get(given.shard).readySinceMillis = Optional.of(nowMillis);
        });
        return next;
    }

    private boolean intervalOver(long nowMillis) {
        return lastGivenMillis.map(last -> nowMillis - last >= intervalMillis).orElse(true);
    }

    private Optional<String> looked(long nowMillis, Led led) {
        Watched its = watched.get(led.shard);
        if (its == null || its.term != led.term) {
            its = new Watched(led);
            watched.put(led.shard, its);
        }
        List<String> members = new ArrayList<>(led.others.keySet());
        members.add(self);
        String to = preferred(led.shard, members);
        if (to.equals(self)) {
            return Optional.empty();
        }
        Backup backup = led.others.get(to);
        if (backup.silentMillis > awayMillis) {
            its.kept = false;
        }
        if (backup.silentMillis > awayMillis || backup.lagRecords > MOST_BEHIND) {
            its.readySinceMillis = Optional.empty();
            return Optional.empty();
        }
        if (its.readySinceMillis.isEmpty()) {
            its.readySinceMillis = Optional.of(nowMillis);
        }
        boolean ready = !its.kept && nowMillis - its.readySinceMillis.get() >= intervalMillis;
        return ready ? Optional.of(to) : Optional.empty();
    }
}
