package io.sluice.broker.queue;

import java.util.List;

/**
 * Smooth weighted round robin: each dispatch gives every waiting level its weight in points, the level with the most points is
 * served and pays the sum of the waiting weights. A level that waits all the time is served in every window of
 * {@code sum(weights)} dispatches at least {@code weight} times, and never in bursts. A level that stops waiting loses its points,
 * so it can neither save up service nor owe any.
 */
final class WeightedService implements LevelService {
    private final int[] weights;
    private final int[] points;

    WeightedService(List<Integer> weights) {
        this.weights = weights.stream().mapToInt(Integer::intValue).toArray();
        this.points = new int[this.weights.length];
    }

    @Override
    public int choose(int candidates) {
        int best = -1;
        for (int level = weights.length - 1; level >= 0; level--) {
            boolean candidate = (candidates & 1 << level) != 0;
            if (candidate && (best < 0 || points[level] + weights[level] > points[best] + weights[best])) {
                best = level;
            }
        }
        return best;
    }

    @Override
    public void served(int level, int waiting) {
        int sum = 0;
        for (int at = 0; at < weights.length; at++) {
            if ((waiting & 1 << at) != 0) {
                points[at] += weights[at];
                sum += weights[at];
            } else {
                points[at] = 0;
            }
        }
        points[level] -= sum;
    }
}
