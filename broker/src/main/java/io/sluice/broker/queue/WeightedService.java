package io.sluice.broker.queue;

import java.util.List;

/**
 * Start-time fair queueing (Goyal, Vin, Cheng 1996): each dispatch moves its level ahead by the inverse of its weight, and the
 * level that is least ahead is served. A level that did not wait starts at where the service stands, so it can neither save up
 * service nor owe any.
 *
 * <p>Starvation bound, whatever arrives meanwhile: a level that waits is served at least once in every
 * {@code sum(weights) / weight + 10} dispatches, and in any {@code n} dispatches at least {@code n * weight / sum(weights) - 10}
 * times. Levels that have no message a waiting consumer may take do not count as waiting.
 */
final class WeightedService implements LevelService {
    /** How far a level of weight 1 moves with one dispatch. */
    private static final long SCALE = 1L << 32;

    private final long[] strides;
    /** How far each level is ahead of the service; nobody is behind. */
    private final long[] ahead;

    WeightedService(List<Integer> weights) {
        this.strides = weights.stream().mapToLong(weight -> SCALE / weight).toArray();
        this.ahead = new long[strides.length];
    }

    @Override
    public int choose(int candidates) {
        int best = -1;
        for (int level = strides.length - 1; level >= 0; level--) {
            boolean candidate = (candidates & 1 << level) != 0;
            if (candidate && (best < 0 || ahead[level] < ahead[best])) {
                best = level;
            }
        }
        return best;
    }

    @Override
    public void served(int level) {
        long progress = ahead[level];
        if (progress > 0) {
            for (int at = 0; at < ahead.length; at++) {
                ahead[at] = Math.max(0, ahead[at] - progress);
            }
        }
        ahead[level] = strides[level];
    }
}
