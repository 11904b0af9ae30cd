package io.sluice.broker.queue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import java.util.Map;
import java.util.Optional;

/** Where a dead letter came from, and what it is when it goes back there. */
public final class DeadLetterOrigin {
    /** How often the message went back: a message that comes and goes shows it. */
    private static final String REDRIVEN = "x-opt-redriven-count";

    private DeadLetterOrigin() {}

    /** The queue it was in before; empty where the message is no dead letter. */
    public static Optional<String> of(Message message) {
        return message.added().get(DeadLetters.QUEUE) instanceof Annotations.Text queue
                ? Optional.of(queue.value())
                : Optional.empty();
    }

    /** The message as it goes back: what was written of its last move is gone, the history stays, and it is counted. */
    public static Message returning(Message message) {
        long before = message.added().get(REDRIVEN) instanceof Annotations.Number count ? count.value() : 0;
        return DeadLetters.withoutMarks(message)
                .annotated(Annotations.of(Map.of(REDRIVEN, new Annotations.Number(before + 1))));
    }
}
