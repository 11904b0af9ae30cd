package io.sluice.storage.raft;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;

/** As the primary: when each backup was last there. Any thread. */
final class FollowerAnswers {
    private final Map<RaftPeerId, Ages> ages = new ConcurrentHashMap<>();

    /**
     * How long ago, in milliseconds.
     *
     * @param sent when the last request for entries that it answered was sent: then it was there for sure, while an answer may lie about for as
     *     long as this process stands still
     * @param heard when the last answer of any kind was read
     */
    record Ages(LongSupplier sent, LongSupplier heard) {}

    /** Of all groups that one server of Ratis has members of. */
    static final class ByGroup {
        private final Map<RaftGroupId, FollowerAnswers> all = new ConcurrentHashMap<>();

        /** Of a member whose life begins: it knows nothing of the life before. */
        FollowerAnswers begin(RaftGroupId group) {
            FollowerAnswers begun = new FollowerAnswers();
            all.put(group, begun);
            return begun;
        }

        private FollowerAnswers of(RaftGroupId group) {
            return all.computeIfAbsent(group, none -> new FollowerAnswers());
        }

        /** A backup of this group is sent the log from now on. */
        void follows(RaftGroupId group, RaftPeerId id, Ages its) {
            of(group).follows(id, its);
        }
    }

    /** A backup is sent the log from now on; takes the place of what an earlier term knew of it. */
    void follows(RaftPeerId id, Ages its) {
        ages.put(id, its);
    }

    /**
     * How long ago a majority, this node among it, was there.
     *
     * @param others the group's voters without this node
     * @param which of the ages counts
     * @return milliseconds; {@code Long.MAX_VALUE} where too few ever answered
     */
    long majorityAgeMillis(Collection<RaftPeerId> others, Function<Ages, LongSupplier> which) {
        int needed = (others.size() + 1) / 2;
        if (needed == 0) {
            return 0;
        }
        long[] sorted = others.stream()
                .map(ages::get)
                .mapToLong(
                        its -> its == null ? Long.MAX_VALUE : which.apply(its).getAsLong())
                .sorted()
                .toArray();
        return sorted[needed - 1];
    }
}
