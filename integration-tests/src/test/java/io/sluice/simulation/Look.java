package io.sluice.simulation;

import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.ExchangeStatus;
import io.sluice.broker.PeekedMessage;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Reply;
import java.util.List;
import java.util.function.Consumer;

/** Reads all of a member in one turn of its shard. What is out of memory is read a turn later: then it is not one look any more. */
final class Look {
    private static final PeekedMessage.Range ALL = new PeekedMessage.Range(1, 100_000, 1 << 30);
    private static final Client NOBODY = () -> {};

    private final Content content;
    private final Consumer<Content> seen;
    private int unanswered;
    private boolean late;

    private Look(Content content, int questions, Consumer<Content> seen) {
        this.content = content;
        this.unanswered = questions;
        this.seen = seen;
    }

    /**
     * @param queues those there may be
     * @param atRest nothing changes meanwhile: it does not matter in how many turns it is read
     */
    static void at(Life life, List<String> queues, boolean atRest, Consumer<Content> seen) {
        Look look = new Look(new Content(life.decides() && !atRest), queues.size() + 2, seen);
        Content content = look.content;
        for (String queue : queues) {
            life.mailbox()
                    .peek(
                            queue,
                            ALL,
                            NOBODY,
                            look.<PeekedMessage.Some>answer(some -> content.queue(queue, some.messages())));
        }
        life.mailbox()
                .exchanges()
                .list(
                        NOBODY,
                        look.<List<ExchangeStatus>>answer(
                                exchanges -> content.defined().showExchanges(exchanges)));
        life.mailbox().exchanges().bindings(NOBODY, look.<List<ExchangeBinding>>answer(bindings -> {
            content.defined().showBindings(bindings);
            content.defined().show(life.mailbox().definitions());
        }));
        life.mailbox().list(NOBODY, new Reply<List<QueueStatus>>() {
            @Override
            public void done(List<QueueStatus> last) {
                look.late = !atRest;
            }

            @Override
            public void refused(Refusal refusal) {}
        });
    }

    private <T> Reply<T> answer(Consumer<T> noting) {
        return new Reply<>() {
            @Override
            public void done(T value) {
                noting.accept(value);
                answered();
            }

            @Override
            public void refused(Refusal notThereYet) {
                answered();
            }
        };
    }

    private void answered() {
        if (--unanswered == 0 && !late) {
            seen.accept(content);
        }
    }
}
