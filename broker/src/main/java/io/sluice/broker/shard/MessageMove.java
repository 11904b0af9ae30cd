package io.sluice.broker.shard;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.ConsumerListener;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Moves what is available from one queue to another, as dead letters back to where they came from. It takes messages as a consumer
 * does, in the queue's order of service, and stores and settles them in atomic batches of a bounded size, one after the other: each
 * message is in one of the two queues after any crash. Shard's thread.
 */
final class MessageMove implements ConsumerListener {
    private static final int BATCH_MESSAGES = 200;
    private static final long BATCH_BYTES = 256 << 10;
    /** Nothing is collected for a peer. */
    private static final Client NO_PEER = () -> {};

    private static final Consumer.Terms NO_TIME_OUT =
            new Consumer.Terms(0, false, OptionalLong.of(QueueDefinition.UNLIMITED));

    private final ShardMailbox mailbox;
    private final String to;
    private final long limit;
    private final Reply<ShardMailbox.Moved> reply;
    private final Consumer consumer;
    private final ArrayDeque<Delivery> taken = new ArrayDeque<>();
    private Optional<Refusal> stoppedBy = Optional.empty();
    private long delivered;
    private long moved;

    /** @param reply hears once how it ended */
    MessageMove(ShardMailbox mailbox, String from, String to, long limit, Reply<ShardMailbox.Moved> reply) {
        this.mailbox = mailbox;
        this.to = to;
        this.limit = limit;
        this.reply = reply;
        this.consumer = new Consumer(new Consumer.Request(
                NO_PEER, this, from, Consumer.Mode.TAKE_AWAY, Outcome.RELEASED, Optional.empty(), NO_TIME_OUT));
    }

    void start() {
        mailbox.attach(consumer);
    }

    @Override
    public void attached() {
        takeMore();
    }

    private void takeMore() {
        mailbox.grant(consumer, delivered + Math.min(BATCH_MESSAGES, limit - moved), true);
    }

    @Override
    public void deliver(Delivery delivery) {
        delivered++;
        taken.add(delivery);
    }

    @Override
    public void drained() {
        if (taken.isEmpty()) {
            mailbox.detach(consumer);
        } else {
            commitSome();
        }
    }

    private void commitSome() {
        List<Publish> sends = new ArrayList<>();
        List<AtomicBatch.Settlement> settlements = new ArrayList<>();
        for (long bytes = 0; !taken.isEmpty() && bytes < BATCH_BYTES; ) {
            Delivery delivery = taken.remove();
            bytes += delivery.message().residentBytes();
            sends.add(new Publish(to, moving(delivery)));
            settlements.add(new AtomicBatch.Settlement(delivery, Outcome.ACCEPTED));
        }
        mailbox.commit(new AtomicBatch(sends, settlements), NO_PEER, new Reply<>() {
            @Override
            public void done(AtomicBatch batch) {
                moved += batch.sends().size();
                goOn();
            }

            @Override
            public void refused(Refusal refusal) {
                stoppedBy = Optional.of(refusal);
                mailbox.detach(consumer);
            }
        });
    }

    private void goOn() {
        if (!taken.isEmpty()) {
            commitSome();
        } else if (moved < limit) {
            takeMore();
        } else {
            mailbox.detach(consumer);
        }
    }

    /** It expires when it would have. */
    private static Message moving(Delivery delivery) {
        Message.Header header = delivery.message().header();
        return delivery.message()
                .with(new Message.Header(
                                header.messageFormat(),
                                header.durable(),
                                header.priority(),
                                header.ttlMillis(),
                                delivery.expiresAtMillis())
                        .withGroup(header.group()));
    }

    @Override
    public void settled(Delivery delivery) {
        // The reply to the batch says so.
    }

    @Override
    public void detached() {
        reply.done(new ShardMailbox.Moved(moved, stoppedBy));
    }

    @Override
    public void closed(Refusal refusal) {
        if (moved == 0) {
            reply.refused(refusal);
        } else {
            reply.done(new ShardMailbox.Moved(moved, Optional.of(refusal)));
        }
    }
}
