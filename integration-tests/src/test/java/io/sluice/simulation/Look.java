package io.sluice.simulation;

import io.sluice.broker.PeekedMessage;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Reply;
import java.util.List;
import java.util.function.Consumer;

/** Reads all queues of a member in one turn of its shard. What is out of memory is read a turn later: then it is not one look any more. */
final class Look {
    private static final PeekedMessage.Range ALL = new PeekedMessage.Range(1, 100_000, 1 << 30);

    private final Content content = new Content();
    private int answered;
    private boolean late;

    /** @param atRest nothing changes meanwhile: it does not matter in how many turns it is read */
    static void at(Life life, List<QueueDefinition> queues, boolean atRest, Consumer<Content> seen) {
        Look look = new Look();
        for (QueueDefinition queue : queues) {
            life.mailbox().peek(queue.name(), ALL, () -> {}, new Reply<>() {
                @Override
                public void done(PeekedMessage.Some some) {
                    look.content.queue(queue.name(), some.messages());
                    look.answered(queues.size(), seen);
                }

                @Override
                public void refused(Refusal notThereYet) {
                    look.answered(queues.size(), seen);
                }
            });
        }
        life.mailbox().list(() -> {}, new Reply<List<QueueStatus>>() {
            @Override
            public void done(List<QueueStatus> last) {
                look.late = !atRest;
            }

            @Override
            public void refused(Refusal refusal) {}
        });
    }

    private void answered(int queues, Consumer<Content> seen) {
        if (++answered == queues && !late) {
            seen.accept(content);
        }
    }
}
