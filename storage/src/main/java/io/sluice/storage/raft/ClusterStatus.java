package io.sluice.storage.raft;

import java.util.List;
import java.util.Optional;

/**
 * A group as one of its members sees it.
 *
 * @param self of the member that was asked
 * @param primary id of the primary, where one is known
 * @param term rises with every election
 * @param lastIndex of the newest entry that the asked member has
 * @param members all of them; how far they are is known to the primary only
 */
public record ClusterStatus(String self, Optional<String> primary, long term, long lastIndex, List<Member> members) {
    public ClusterStatus {
        members = List.copyOf(members);
    }

    /** What a member is at the moment. */
    public enum Role {
        PRIMARY,
        BACKUP,
        /** Nothing was heard of it for a while. */
        UNREACHABLE,
        /** The asked member does not know. */
        UNKNOWN
    }

    /**
     * @param lagRecords entries that it does not have yet; empty where the asked member does not know
     * @param lagBytes of those, about
     */
    public record Member(RaftMember node, Role role, Optional<Long> lagRecords, Optional<Long> lagBytes) {}
}
