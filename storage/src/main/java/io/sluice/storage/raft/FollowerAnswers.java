package io.sluice.storage.raft;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;

/**
 * As the primary: when each backup was last there, for sure. That is when the last request it answered was <em>sent</em>: an answer may lie
 * about for as long as this process stands still. Any thread.
 */
final class FollowerAnswers {
    private final Map<RaftPeerId, LongSupplier> ageMillis = new ConcurrentHashMap<>();

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
        void follows(RaftGroupId group, RaftPeerId id, LongSupplier answeredAgeMillis) {
            of(group).follows(id, answeredAgeMillis);
        }
    }

    /** A backup is sent the log from now on; takes the place of what an earlier term knew of it. */
    void follows(RaftPeerId id, LongSupplier answeredAgeMillis) {
        ageMillis.put(id, answeredAgeMillis);
    }

    /**
     * How long ago a majority, this node among it, was there.
     *
     * @param others the group's voters without this node
     * @return milliseconds; {@code Long.MAX_VALUE} where too few ever answered
     */
    long majorityAgeMillis(Collection<RaftPeerId> others) {
        int needed = (others.size() + 1) / 2;
        if (needed == 0) {
            return 0;
        }
        long[] ages = others.stream()
                .map(ageMillis::get)
                .mapToLong(age -> age == null ? Long.MAX_VALUE : age.getAsLong())
                .sorted()
                .toArray();
        return ages[needed - 1];
    }
}
