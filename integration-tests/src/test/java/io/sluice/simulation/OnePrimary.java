package io.sluice.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A term has one primary, and nobody gives anything out but the one member that surely is it. */
final class OnePrimary implements ClusterInvariant {
    private final Map<Long, Integer> primaries = new HashMap<>();

    @Override
    public void becamePrimary(long term, int member, Complaints complaints) {
        Integer other = primaries.putIfAbsent(term, member);
        if (other != null && other != member) {
            complaints.broken("term " + term + " has two primaries: " + other + " and " + member);
        }
    }

    @Override
    public void delivered(int member, Content.Held message, List<Integer> serving, Complaints complaints) {
        if (!serving.equals(List.of(member))) {
            complaints.broken("member " + member + " gives out " + message + " while these may serve: " + serving);
        }
    }
}
