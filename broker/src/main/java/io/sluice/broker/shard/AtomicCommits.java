package io.sluice.broker.shard;

import io.sluice.broker.Invariant;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.queue.Dispatcher;
import io.sluice.broker.queue.LargeReferences;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides on {@link AtomicBatch}es: all of one is looked at before any of it is decided, and what is decided is one batch of the
 * journal that is never cut. What gives way in full queues goes before it, in batches of its own. And undoes what was to be such a batch.
 */
final class AtomicCommits {
    private final ShardQueues queues;
    private final FanOut fanOut;
    private final Offering offering;
    private final LargeReferences large;
    private final Pressure pressure;
    private final Acceptance acceptance;
    private final ShardTurn turn;
    private final int maxBatchBytes;

    AtomicCommits(
            ShardQueues queues,
            FanOut fanOut,
            Offering offering,
            LargeReferences large,
            Pressure pressure,
            Acceptance acceptance,
            ShardTurn turn) {
        this.queues = queues;
        this.fanOut = fanOut;
        this.offering = offering;
        this.large = large;
        this.pressure = pressure;
        this.acceptance = acceptance;
        this.turn = turn;
        this.maxBatchBytes = turn.maxBatchBytes();
    }

    void commit(AtomicBatch batch, Client client, Reply<AtomicBatch> reply) {
        batch.sends().forEach(this::discharged);
        batch.sends().forEach(this::prepare);
        Room room = new Room();
        Optional<Refusal> refusal = check(batch, room);
        if (refusal.isPresent()) {
            batch.sends().forEach(send -> large.discard(send.message()));
            turn.calling(client);
            reply.refused(refusal.get());
            return;
        }
        Set<Dispatcher> dispatchers = new LinkedHashSet<>();
        batch.settlements()
                .forEach(settlement -> settlement.delivery().consumer().home().ifPresent(dispatchers::add));
        room.make();
        // Settlements of this turn that are not ours are a decision of their own.
        dispatchers.forEach(dispatcher -> dispatcher.decideRemovals(turn));
        boolean logged = turn.atomic(() -> {
            batch.sends().forEach(this::send);
            for (AtomicBatch.Settlement settlement : batch.settlements()) {
                Delivery delivery = settlement.delivery();
                Dispatcher home = delivery.consumer().home().orElseThrow();
                home.settle(delivery, settlement.outcome(), turn);
            }
            dispatchers.forEach(dispatcher -> dispatcher.decideRemovals(turn));
        });
        Turn.Effect answer = applied -> {
            applied.calling(client);
            reply.done(batch);
        };
        turn.afterDecided(logged ? answer : acceptance.ofFleeting(answer));
    }

    private boolean discharged(Publish send) {
        boolean enlisted = send.enlisted;
        if (enlisted) {
            send.enlisted = false;
            pressure.discharged(send.message().residentBytes());
        }
        return enlisted;
    }

    /** Answers behind all that it decides: who hears it finds every message in its place, those that came behind it too. */
    void rollback(Rollback work, Client client, Reply<Rollback> reply) {
        for (Publish send : work.sends()) {
            if (discharged(send)) {
                large.discard(send.message());
            }
        }
        Set<Dispatcher> dispatchers = new LinkedHashSet<>();
        for (Delivery delivery : work.settled()) {
            Dispatcher home = delivery.consumer().home().orElseThrow();
            home.settle(delivery, delivery.consumer().lossOutcome(), turn);
            dispatchers.add(home);
            turn.cut();
        }
        for (Delivery delivery : work.unsettled()) {
            Dispatcher home = delivery.consumer().home().orElseThrow();
            home.letGo(delivery, turn);
            dispatchers.add(home);
            turn.cut();
        }
        dispatchers.forEach(dispatcher -> dispatcher.decideRemovals(turn));
        turn.afterDecided(applied -> {
            applied.calling(client);
            reply.done(work);
        });
    }

    /** What a message is diverted to is to be there before it is looked at. */
    private void prepare(Publish send) {
        if (send.kind() == NodeKind.QUEUE && fanOut.routing().fansOut(send)) {
            queues.findOrCreate(send.address(), turn);
        }
        fanOut.routing().prepare(send, turn);
    }

    private void send(Publish send) {
        if (fanOut.routing().fansOut(send)) {
            checkTaken(fanOut.offer(send, true, turn, applied -> {}));
            return;
        }
        Queue queue = queues.findOrCreate(send.address(), turn).orElseThrow();
        checkTaken(offering.offer(send, Offering.lastValueKey(send, queue), queue, turn, applied -> {}));
    }

    private static void checkTaken(Optional<Refusal> refusal) {
        Invariant.check(refusal.isEmpty(), "what was found to have room is refused: " + refusal);
    }

    // ---- looking, and changing nothing

    private Optional<Refusal> check(AtomicBatch batch, Room room) {
        if (!batch.sends().isEmpty() && pressure.memoryExhausted(queues.bytes())) {
            return Optional.of(Publishing.memoryExhausted(queues.bytes()));
        }
        long bytes = 0;
        for (int i = 0; i < batch.sends().size(); i++) {
            Publish send = batch.sends().get(i);
            Optional<Refusal> refusal = room.add(send);
            if (refusal.isPresent()) {
                return refusal.map(named("sends", i));
            }
            bytes += room.recordBytes(send);
            if (bytes > maxBatchBytes) {
                return Optional.of(tooLarge()).map(named("sends", i));
            }
        }
        Set<Delivery> settled = new LinkedHashSet<>();
        for (int i = 0; i < batch.settlements().size(); i++) {
            AtomicBatch.Settlement settlement = batch.settlements().get(i);
            Optional<Refusal> refusal = check(settlement.delivery(), !settled.add(settlement.delivery()));
            if (refusal.isPresent()) {
                return refusal.map(named("settlements", i));
            }
            bytes += recordBytes(settlement.delivery(), settlement.outcome());
            if (bytes > maxBatchBytes) {
                return Optional.of(tooLarge()).map(named("settlements", i));
            }
        }
        return Optional.empty();
    }

    private static Optional<Refusal> check(Delivery delivery, boolean again) {
        boolean gone = delivery.consumer().home().map(Dispatcher::isDeleted).orElse(true);
        if (!again && !gone && delivery.isLocked()) {
            return Optional.empty();
        }
        String why = gone ? "gone with its queue" : again ? "settled twice in one batch" : "locked no longer";
        return Optional.of(Refusal.of(Refusal.Kind.ILLEGAL_STATE, "message " + delivery.sequence() + " is " + why));
    }

    private long recordBytes(Delivery delivery, Outcome outcome) {
        Optional<Dispatcher> home = delivery.consumer().home();
        boolean counts = home.map(Dispatcher::limitsAcquisitions).orElse(false);
        boolean keeps = delivery.consumer().mode() != Consumer.Mode.TAKE_AWAY
                && home.map(Dispatcher::keepsAcknowledged).orElse(false);
        int targets = home.map(Dispatcher::hasDeadLetterExchange).orElse(false)
                ? Math.min(queues.exchanges().decided().bindings(), Queue.MAX_DEAD_LETTER_TARGETS)
                : 1;
        return RecordSize.ofSettlement(delivery.message(), outcome, counts, keeps, targets);
    }

    private Refusal tooLarge() {
        return new Refusal(
                Refusal.Kind.RESOURCE_LIMIT_EXCEEDED,
                "the batch is larger than the journal can take at once, " + maxBatchBytes + " bytes",
                Map.of("reason", "maxBatchBytes", "limit", (long) maxBatchBytes));
    }

    private static java.util.function.UnaryOperator<Refusal> named(String kind, int index) {
        return refusal -> {
            String part = kind + "[" + index + "]";
            Map<String, Object> info = new LinkedHashMap<>(refusal.info());
            info.put("part", part);
            return new Refusal(refusal.kind(), part + ": " + refusal.text(), info);
        };
    }

    /** What a batch brings to each queue, also to those that it would create. */
    private final class Room {
        private final Map<String, Incoming> incoming = new LinkedHashMap<>();

        private static final class Incoming {
            private final Queue queue;
            private final boolean isNew;
            private long messages;
            private long bytes;

            private Incoming(Queue queue, boolean isNew) {
                this.queue = queue;
                this.isNew = isNew;
            }
        }

        Optional<Refusal> add(Publish send) {
            if (!fanOut.routing().fansOut(send)) {
                Optional<Queue> queue = queues.findOrImagine(send.address());
                return queue.isEmpty() ? Optional.of(queues.absence(send.address())) : add(send, into(queue.get()));
            }
            if (send.kind() == NodeKind.TOPIC && !QueueDefinition.isName(send.address())) {
                return Optional.of(Links.noSuchTopic(send.address()));
            }
            List<Queue> targets = fanOut.routing().targets(send);
            Optional<Refusal> nowhere = send.kind() == NodeKind.TOPIC
                    ? Optional.empty()
                    : fanOut.routing()
                            .refusalOf(send)
                            .or(() -> targets.isEmpty() ? offering.unroutable(send) : Optional.empty());
            if (nowhere.isPresent()) {
                return nowhere;
            }
            for (Queue queue : targets) {
                Optional<Refusal> refusal = add(send, into(queue));
                if (refusal.isPresent()) {
                    return refusal;
                }
            }
            return Optional.empty();
        }

        private Incoming into(Queue queue) {
            return incoming.computeIfAbsent(
                    queue.name(), name -> new Incoming(queue, queues.find(name).isEmpty()));
        }

        private Optional<Refusal> add(Publish send, Incoming into) {
            if (into.queue.isDuplicate(Offering.duplicateId(send, into.queue), turn.nowMillis())) {
                return Optional.empty();
            }
            Optional<Refusal> noKey = into.queue.refusalOfKey(Offering.lastValueKey(send, into.queue));
            if (noKey.isPresent()) {
                return noKey;
            }
            if (fanOut.routing().fansOut(send) && FanOut.keeps(into.queue)) {
                return Optional.empty();
            }
            into.messages++;
            into.bytes += send.message().size();
            return into.queue.refusalOf(into.messages, into.bytes);
        }

        long recordBytes(Publish send) {
            if (fanOut.routing().fansOut(send)) {
                return fanOut.recordBytes(send);
            }
            Incoming into = incoming.get(send.address());
            String id = Offering.duplicateId(send, into.queue);
            long declaration = into.isNew && into.messages <= 1 ? RecordSize.ofDeclaration() : 0;
            String key = Offering.lastValueKey(send, into.queue);
            long replacing = key.isEmpty() ? 0 : RecordSize.ofReplacing(key);
            return declaration + RecordSize.ofStored(send.message(), id) + replacing;
        }

        /** Lets give way what must; the batch that does not come then is none the worse for it. */
        void make() {
            List<Incoming> old = new ArrayList<>(incoming.values());
            old.removeIf(into -> into.isNew);
            old.forEach(into -> into.queue.makeRoomFor(into.messages, into.bytes, turn));
        }
    }
}
