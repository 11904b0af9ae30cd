package io.sluice.amqp.management;

import io.sluice.broker.explain.DeletedMessages;
import io.sluice.broker.explain.MessageExplanation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * DELETE-MESSAGES: 200 with {@code messages}, how many of those that {@code sequences} names are removed, and {@code kept}, a map for each
 * of the others, ascending by sequence: {@code sequence}, and why it stays as EXPLAIN says it.
 */
final class DeleteMessages implements Operation {
    static final int MAX_MESSAGES = 500;

    private final Queues queues;

    DeleteMessages(Queues queues) {
        this.queues = queues;
    }

    @Override
    public String name() {
        return "DELETE-MESSAGES";
    }

    @Override
    public List<String> arguments() {
        return List.of("sequences");
    }

    @Override
    public void run(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        List<Long> sequences = request.numbersArgument("sequences", 1, MAX_MESSAGES);
        queues.owner(name)
                .deleteMessages(
                        name,
                        sequences,
                        Queues.NO_BATCHES,
                        answer.then(
                                deleted -> answer.counting(deleted.messages()).give(Status.OK, "OK", body(deleted))));
    }

    private static Map<String, Object> body(DeletedMessages deleted) {
        List<Map<String, Object>> kept = new ArrayList<>();
        for (MessageExplanation why : deleted.kept()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("sequence", why.sequence());
            one.putAll(CauseText.of(why.causes().get(0)));
            kept.add(one);
        }
        return Map.of("messages", (long) deleted.messages(), "kept", kept);
    }
}
