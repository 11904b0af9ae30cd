package io.sluice.broker.queue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Consumers that wait for a message: those of a higher rank first; among equals each takes one and goes to the end. */
final class Ring {
    /** Consumers of one rank, in their order. */
    private static final class Rank {
        private final int value;
        private Consumer head;
        private Consumer tail;

        private Rank(int value) {
            this.value = value;
        }
    }

    /** Where a consumer stands in the ring of its queue. */
    static final class Place {
        private Rank rank;
        private Consumer next;
        private Consumer previous;
        /** It let a lock run out and has settled nothing since: others come first. */
        boolean suspect;
    }

    /** Highest first; some may be empty. */
    private Rank[] ranks = {new Rank(0)};

    private int size;
    /** Of those in here, the ones that have a filter. */
    private int filtering;

    int size() {
        return size;
    }

    int filtering() {
        return filtering;
    }

    boolean has(Consumer consumer) {
        return consumer.place.rank != null;
    }

    /** To the end of its rank. */
    void enter(Consumer consumer) {
        Rank rank = rank(consumer.rank());
        Place place = consumer.place;
        place.rank = rank;
        place.previous = rank.tail;
        if (rank.tail == null) {
            rank.head = consumer;
        } else {
            rank.tail.place.next = consumer;
        }
        rank.tail = consumer;
        size++;
        filtering += consumer.filter == null ? 0 : 1;
    }

    private Rank rank(int value) {
        int at = 0;
        while (at < ranks.length && ranks[at].value > value) {
            at++;
        }
        if (at == ranks.length || ranks[at].value != value) {
            Rank[] more = new Rank[ranks.length + 1];
            System.arraycopy(ranks, 0, more, 0, at);
            more[at] = new Rank(value);
            System.arraycopy(ranks, at, more, at + 1, ranks.length - at);
            ranks = more;
        }
        return ranks[at];
    }

    void leave(Consumer consumer) {
        Place place = consumer.place;
        Rank rank = place.rank;
        if (rank == null) {
            return;
        }
        if (place.previous == null) {
            rank.head = place.next;
        } else {
            place.previous.place.next = place.next;
        }
        if (place.next == null) {
            rank.tail = place.previous;
        } else {
            place.next.place.previous = place.previous;
        }
        place.rank = null;
        place.next = null;
        place.previous = null;
        size--;
        filtering -= consumer.filter == null ? 0 : 1;
    }

    /** Ranks that nobody has are forgotten: there are never more than consumers were attached at once. */
    void tidy() {
        if (ranks.length > 1) {
            ranks = Arrays.stream(ranks).filter(rank -> rank.head != null).toArray(Rank[]::new);
        }
    }

    /** @return null when empty */
    Consumer first() {
        return firstBehind(0);
    }

    private Consumer firstBehind(int from) {
        for (int at = from; at < ranks.length; at++) {
            if (ranks[at].head != null) {
                return ranks[at].head;
            }
        }
        return null;
    }

    /** The one behind a consumer that is in the ring, null where it is the last. */
    Consumer next(Consumer consumer) {
        Place place = consumer.place;
        if (place.next != null) {
            return place.next;
        }
        int at = 0;
        while (ranks[at] != place.rank) {
            at++;
        }
        return firstBehind(at + 1);
    }

    /** Everybody, in the order of the ring; a list for each rank. */
    List<List<Consumer>> byRank() {
        List<List<Consumer>> all = new ArrayList<>(ranks.length);
        for (Rank rank : ranks) {
            List<Consumer> equals = new ArrayList<>();
            for (Consumer consumer = rank.head; consumer != null; consumer = consumer.place.next) {
                equals.add(consumer);
            }
            if (!equals.isEmpty()) {
                all.add(equals);
            }
        }
        return all;
    }
}
