package io.sluice.simulation;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** No message that a producer was told of as accepted is gone, unless a consumer said that it is done with it. */
final class AcknowledgedIsKept implements ClusterInvariant {
    private final Set<String> accepted = new TreeSet<>();
    private final Set<String> consumed = new TreeSet<>();

    @Override
    public void accepted(String queue, String id, Complaints complaints) {
        accepted.add(id);
    }

    @Override
    public void saidAccepted(String id, Complaints complaints) {
        consumed.add(id);
    }

    @Override
    public void ended(Map<Integer, Content> members, Complaints complaints) {
        members.forEach((member, content) -> {
            Set<String> lost = new TreeSet<>(accepted);
            lost.removeAll(consumed);
            content.messages()
                    .filter(message -> !message.queue().equals(History.COPIES))
                    .map(Content.Held::id)
                    .toList()
                    .forEach(lost::remove);
            if (!lost.isEmpty()) {
                complaints.broken("acknowledged and lost on member " + member + ": " + lost);
            }
        });
    }
}
