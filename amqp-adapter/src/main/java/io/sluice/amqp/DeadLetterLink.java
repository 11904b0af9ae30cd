package io.sluice.amqp;

import io.sluice.amqp.servicebus.EntityPath;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Reply;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Sender;

/** The end of a receiver's link to {@code <queue>/$DeadLetterQueue}, until it is known which queue that is. The connection's event loop. */
final class DeadLetterLink implements LinkEndpoint {
    private final ConnectionScope scope;
    private final Sender sender;
    private final EntityPath entity;
    private boolean over;

    DeadLetterLink(ConnectionScope scope, Sender sender, EntityPath entity) {
        this.scope = scope;
        this.sender = sender;
        this.entity = entity;
    }

    /**
     * Asks. The link is this one's until then.
     *
     * @param found attaches the link, whose source names the queue by then
     * @param refused answers it with why not
     */
    void attach(Runnable found, Consumer<Refusal> refused) {
        sender.setContext(this);
        scope.add(this);
        Optional<Refusal> elsewhere = scope.elsewhere(entity.queue());
        if (elsewhere.isPresent()) {
            end();
            refused.accept(elsewhere.get());
            return;
        }
        scope.environment().shards().of(entity.queue()).describe(entity.queue(), scope.calls(), new Reply<>() {
            @Override
            public void done(QueueStatus status) {
                Optional<String> queue = status.definition().deadLetter().queue();
                scope.calls().call(() -> {
                    if (over) {
                        return;
                    }
                    end();
                    if (queue.isPresent()) {
                        ((Source) sender.getRemoteSource()).setAddress(queue.get());
                        found.run();
                    } else {
                        String text = "queue '" + entity.queue() + "' has no dead-letter queue";
                        refused.accept(Refusal.of(Refusal.Kind.NOT_FOUND, text));
                    }
                });
            }

            @Override
            public void refused(Refusal refusal) {
                scope.calls().call(() -> {
                    if (!over) {
                        end();
                        refused.accept(refusal);
                    }
                });
            }
        });
    }

    private void end() {
        over = true;
        scope.remove(this);
    }

    @Override
    public Link link() {
        return sender;
    }

    @Override
    public void flow() {
        // The engine keeps the credit for who comes next.
    }

    @Override
    public void delivery(Delivery delivery) {
        // Nothing was sent.
    }

    @Override
    public void peerDetached(boolean closed) {
        end();
        Terminus.refuse(sender, null);
        scope.finished(sender);
    }

    @Override
    public void lost(boolean clean) {
        end();
    }

    @Override
    public void close(ErrorCondition condition) {
        if (!over) {
            end();
            sender.setContext(new DeadLink(scope, sender));
            Terminus.refuse(sender, condition);
        }
    }

    @Override
    public boolean outputWritten() {
        return false;
    }
}
