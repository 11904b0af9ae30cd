package io.sluice.simulation;

import java.util.HashMap;
import java.util.Map;

/** When all is healed, every member holds the same. */
final class ReplicasConverge implements ClusterInvariant {
    @Override
    public void ended(Map<Integer, Content> members, Complaints complaints) {
        Map<String, Integer> texts = new HashMap<>();
        members.forEach((member, content) -> texts.put(content.text() + content.defined(), member));
        if (texts.size() > 1) {
            complaints.broken("members hold different things: " + texts);
        }
    }
}
