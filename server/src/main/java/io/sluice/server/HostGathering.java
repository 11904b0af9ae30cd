package io.sluice.server;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which virtual hosts a node of a cluster gives away: each is to have its primary where the first shard has it, since that is where clients are
 * brought before anybody knows which host they want. A node that is the primary of a host alone gives it to that one, as soon as that one has
 * nearly all of it. No clock, no I/O; one thread.
 */
final class HostGathering {
    /** Entries on their way are always behind; the rest of them goes before the role does. */
    private static final long MOST_BEHIND = 1_000;
    /** Where it failed, not again at once. */
    private static final long RETRY_MILLIS = 1_000;

    private final long awayMillis;
    private final Map<Integer, Long> lastTriedMillis = new HashMap<>();

    /** @param awayMillis a node that has not answered for longer is away */
    HostGathering(long awayMillis) {
        this.awayMillis = awayMillis;
    }

    /**
     * To be asked several times in a second.
     *
     * @param nowMillis of a clock that only goes forward
     * @param home the node that is the primary of the first shard; empty: this one is, or nobody is known
     * @param led virtual hosts that this node is the primary of, by their numbers
     */
    List<LeaderSpread.HandOver> next(long nowMillis, Optional<String> home, List<LeaderSpread.Led> led) {
        return led.stream()
                .filter(host -> home.isPresent() && isReady(nowMillis, host, home.get()))
                .peek(host -> lastTriedMillis.put(host.shard(), nowMillis))
                .map(host -> new LeaderSpread.HandOver(host.shard(), home.get()))
                .toList();
    }

    private boolean isReady(long nowMillis, LeaderSpread.Led host, String home) {
        Long tried = lastTriedMillis.get(host.shard());
        LeaderSpread.Backup backup = host.others().get(home);
        return backup != null
                && backup.silentMillis() <= awayMillis
                && backup.lagRecords() <= MOST_BEHIND
                && (tried == null || nowMillis - tried >= RETRY_MILLIS);
    }
}
