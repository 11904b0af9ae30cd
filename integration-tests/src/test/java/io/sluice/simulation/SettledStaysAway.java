package io.sluice.simulation;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a consumer was told to be done with is given to nobody, and is in no queue in the end. */
final class SettledStaysAway implements ClusterInvariant {
    private final Set<String> confirmed = new HashSet<>();

    @Override
    public void confirmed(String queue, long sequence, Complaints complaints) {
        confirmed.add(queue + "/" + sequence);
    }

    private boolean isConfirmed(Content.Held message) {
        return confirmed.contains(message.queue() + "/" + message.sequence());
    }

    @Override
    public void delivered(int member, Content.Held message, List<Integer> serving, Complaints complaints) {
        if (isConfirmed(message)) {
            complaints.broken("settled and delivered again by member " + member + ": " + message);
        }
    }

    @Override
    public void ended(Map<Integer, Content> members, Complaints complaints) {
        members.forEach((member, content) -> content.messages()
                .filter(this::isConfirmed)
                .forEach(message -> complaints.broken("settled and back on member " + member + ": " + message)));
    }
}
