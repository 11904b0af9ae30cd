package io.sluice.broker.shard;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.ConsumerListener;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.DeadLetterOrigin;
import io.sluice.broker.queue.Delivery;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Moves what is available from one queue to another, or dead letters back to where each came from. It takes messages as a consumer
 * does, in the queue's order of service, and stores and settles them in atomic batches of a bounded size, one after the other: each
 * message is in one of the two queues after any crash. Shard's thread.
 */
final class MessageMove implements ConsumerListener {
    private static final int BATCH_MESSAGES = 200;
    private static final long BATCH_BYTES = 256 << 10;
    /** A move that fails for so many messages fails for the rest. */
    private static final int MAX_REFUSED = 1_000;
    /** Of those, so many are named. */
    private static final int MAX_NAMED = 100;
    /** Nothing is collected for a peer. */
    private static final Client NO_PEER = () -> {};

    private static final Consumer.Terms NO_TIME_OUT =
            new Consumer.Terms(0, false, OptionalLong.of(QueueDefinition.UNLIMITED));

    /** Hears what becomes of a move: of the first two one, and after {@code started} the last. */
    interface Listener {
        void started(MoveStatus status);

        void notStarted(Refusal refusal);

        void ended(MoveStatus status);
    }

    private final ShardMailbox mailbox;
    private final long id;
    private final MoveRequest request;
    private final Listener listener;
    private final Consumer consumer;
    private final ArrayDeque<Delivery> taken = new ArrayDeque<>();
    private final List<MoveStatus.RefusedMessage> refusals = new ArrayList<>();
    private Optional<Refusal> stoppedBy = Optional.empty();
    private boolean started;
    private boolean waits;
    private boolean ended;
    private long startMillis;
    private long delivered;
    private long moved;
    private long refused;

    MessageMove(ShardMailbox mailbox, long id, MoveRequest request, Listener listener) {
        this.mailbox = mailbox;
        this.id = id;
        this.request = request;
        this.listener = listener;
        this.consumer = new Consumer(new Consumer.Request(
                NO_PEER, this, request.from(), Consumer.Mode.TAKE_AWAY, Outcome.UNSENT, request.filter(), NO_TIME_OUT));
    }

    void start(long nowMillis) {
        startMillis = nowMillis;
        mailbox.attach(consumer);
    }

    /** As soon as what is under way is done. */
    void stop() {
        if (stoppedBy.isEmpty()) {
            stoppedBy = Optional.of(Refusal.of(Refusal.Kind.NOT_ALLOWED, "the move was stopped"));
            if (waits) {
                waits = false;
                mailbox.detach(consumer);
            }
        }
    }

    MoveStatus status() {
        return new MoveStatus(id, request.from(), request.to(), moved, refused, refusals, !ended, stoppedBy);
    }

    @Override
    public void attached() {
        started = true;
        listener.started(status());
        goOn();
    }

    /** Time has passed. */
    void tick(long nowMillis) {
        if (waits) {
            takeMore(nowMillis);
        }
    }

    private void goOn() {
        if (!taken.isEmpty()) {
            commitSome();
        } else if (stoppedBy.isPresent() || moved + refused >= request.limit()) {
            mailbox.detach(consumer);
        } else {
            mailbox.post((shard, turn) -> takeMore(turn.nowMillis()));
        }
    }

    private void takeMore(long nowMillis) {
        if (stoppedBy.isPresent()) {
            waits = false;
            mailbox.detach(consumer);
            return;
        }
        long most = Math.min(BATCH_MESSAGES, request.limit() - moved - refused);
        if (request.messagesPerSecond() > 0) {
            // One at once, the others as time goes by.
            long allowed = 1 + (nowMillis - startMillis) * request.messagesPerSecond() / 1000;
            most = Math.min(most, allowed - moved - refused);
        }
        waits = most <= 0;
        if (!waits) {
            mailbox.grant(consumer, delivered + most, true);
        }
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
        List<Delivery> some = new ArrayList<>();
        List<Publish> sends = new ArrayList<>();
        List<AtomicBatch.Settlement> settlements = new ArrayList<>();
        for (long bytes = 0; !taken.isEmpty() && bytes < BATCH_BYTES; ) {
            Delivery delivery = taken.remove();
            Optional<String> to = request.to().or(() -> DeadLetterOrigin.of(delivery.message()));
            if (to.isEmpty() || to.get().equals(request.from())) {
                refuse(delivery, Refusal.of(Refusal.Kind.PRECONDITION_FAILED, noOrigin(to)));
                continue;
            }
            bytes += delivery.message().residentBytes();
            some.add(delivery);
            sends.add(new Publish(to.get(), moving(delivery)));
            settlements.add(new AtomicBatch.Settlement(delivery, Outcome.ACCEPTED));
        }
        if (some.isEmpty()) {
            goOn();
            return;
        }
        mailbox.commit(new AtomicBatch(sends, settlements), NO_PEER, new Reply<>() {
            @Override
            public void done(AtomicBatch batch) {
                moved += batch.sends().size();
                goOn();
            }

            @Override
            public void refused(Refusal refusal) {
                batchRefused(some, refusal);
            }
        });
    }

    private String noOrigin(Optional<String> to) {
        return to.isEmpty() ? "the message is no dead letter" : "the message came from '" + to.get() + "' itself";
    }

    /** Nothing of the batch has happened. Where each message has a queue of its own to go to, only the one named is at fault. */
    private void batchRefused(List<Delivery> batch, Refusal refusal) {
        int at = partOf(refusal);
        if (request.to().isPresent() || at < 0 || at >= batch.size()) {
            stoppedBy = Optional.of(refusal);
            mailbox.detach(consumer);
            return;
        }
        for (int i = batch.size() - 1; i >= 0; i--) {
            if (i != at) {
                taken.addFirst(batch.get(i));
            }
        }
        refuse(batch.get(at), refusal);
        goOn();
    }

    /** @return the place in the batch that a refusal names, as {@code sends[3]}; -1 where it names none */
    private static int partOf(Refusal refusal) {
        String part = String.valueOf(refusal.info().get("part"));
        int open = part.indexOf('[');
        return open > 0 && part.endsWith("]") ? Integer.parseInt(part.substring(open + 1, part.length() - 1)) : -1;
    }

    /** The message stays; it is held until the move ends, so as not to be taken again. */
    private void refuse(Delivery delivery, Refusal refusal) {
        refused++;
        if (refusals.size() < MAX_NAMED) {
            refusals.add(new MoveStatus.RefusedMessage(delivery.sequence(), refusal));
        }
        if (refused == MAX_REFUSED && stoppedBy.isEmpty()) {
            stoppedBy = Optional.of(refusal);
        }
        if (stoppedBy.isPresent()) {
            taken.clear();
        }
    }

    /** It expires when it would have. */
    private Message moving(Delivery delivery) {
        Message.Header header = delivery.message().header();
        Message message = delivery.message()
                .with(new Message.Header(
                                header.messageFormat(),
                                header.durable(),
                                header.priority(),
                                header.ttlMillis(),
                                delivery.expiresAtMillis())
                        .withGroup(header.group()));
        return request.to().isPresent() ? message : DeadLetterOrigin.returning(message);
    }

    @Override
    public void settled(Delivery delivery) {
        // The reply to the batch says so.
    }

    @Override
    public void detached() {
        ended = true;
        listener.ended(status());
    }

    @Override
    public void closed(Refusal refusal) {
        ended = true;
        stoppedBy = Optional.of(refusal);
        if (started) {
            listener.ended(status());
        } else {
            listener.notStarted(refusal);
        }
    }
}
