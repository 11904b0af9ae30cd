package io.sluice.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BooleanSupplier;

/** Time, chance and what is to happen next: an ordered queue of events, run one by one. The same seed does the same. */
final class World {
    private static final long EPOCH_MILLIS = 1_000_000;

    final Random random;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::atMicros).thenComparingLong(Event::number));
    private long nowMicros;
    private long scheduled;

    private record Event(long atMicros, long number, Runnable work) {}

    World(long seed) {
        random = new Random(seed);
    }

    long nowMicros() {
        return nowMicros;
    }

    /** The wall clock of every member. */
    long millis() {
        return EPOCH_MILLIS + nowMicros / 1000;
    }

    void after(long micros, Runnable work) {
        events.add(new Event(nowMicros + micros, scheduled++, work));
    }

    /** Events so far: two runs of a seed are the same when they have as many at the same time. */
    long scheduled() {
        return scheduled;
    }

    /** Runs what comes before the instant; stops between two events when there is a reason to. */
    void runUntil(long micros, BooleanSupplier stops) {
        while (!stops.getAsBoolean() && !events.isEmpty() && events.peek().atMicros() <= micros) {
            Event next = events.poll();
            nowMicros = next.atMicros();
            next.work.run();
        }
        if (!stops.getAsBoolean()) {
            nowMicros = Math.max(nowMicros, micros);
        }
    }

    long between(long least, long most) {
        return least + (long) (random.nextDouble() * (most - least + 1));
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
