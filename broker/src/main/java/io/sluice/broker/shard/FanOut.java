package io.sluice.broker.shard;

import io.sluice.broker.Message;
import io.sluice.broker.Refusal;
import io.sluice.broker.queue.LargeReferences;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Published;
import io.sluice.broker.routing.Binding;
import io.sluice.broker.routing.Bindings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides on messages to topics. All copies of a message are looked at before one is decided; those that are journaled are one record,
 * so they are there together or not at all, and the message is written once. In memory they share its bytes.
 */
final class FanOut {
    private final Bindings bindings;
    private final TemporaryTopics temporaries;
    private final Offering offering;
    private final LargeReferences large;
    private final int maxBatchBytes;

    FanOut(
            Bindings bindings,
            TemporaryTopics temporaries,
            Offering offering,
            LargeReferences large,
            int maxBatchBytes) {
        this.offering = offering;
        this.temporaries = temporaries;
        this.bindings = bindings;
        this.large = large;
        this.maxBatchBytes = maxBatchBytes;
    }

    /** Queues of the subscriptions that want the message. */
    List<Queue> targets(Publish publish) {
        List<Binding> route = bindings.route(publish.address());
        if (route.isEmpty()) {
            return List.of();
        }
        List<Queue> targets = new ArrayList<>(route.size());
        for (Binding binding : route) {
            if (binding.takes(publish.message(), publish.container())) {
                targets.add(binding.queue());
            }
        }
        return targets;
    }

    /**
     * A message from a producer. Where nobody wants it, it is taken all the same, and dropped.
     *
     * @param then runs when it is wherever it is to be
     * @return why nobody gets it, empty where it is taken: a subscription whose queue is full and refuses more
     */
    Optional<Refusal> offer(Publish publish, Turn turn, Turn.Effect then) {
        Optional<Refusal> gone = temporaries.refusalOf(publish.address());
        if (gone.isPresent()) {
            return gone;
        }
        List<Queue> targets = targets(publish);
        if (targets.isEmpty()) {
            large.discard(publish.message());
            then.run(turn);
            return Optional.empty();
        }
        List<Copy> copies = copies(publish, targets, turn.nowMillis());
        Optional<Refusal> refusal = refusalOf(publish, copies);
        if (refusal.isPresent()) {
            return refusal;
        }
        copies.forEach(copy -> copy.queue.makeRoomFor(1, publish.message().size(), turn));
        if (copies.size() < targets.size()) {
            skip(publish, targets, copies, turn);
        }
        if (copies.isEmpty()) {
            large.discard(publish.message());
            turn.afterDecided(then);
        } else {
            decide(publish.message(), copies, turn, then);
        }
        return Optional.empty();
    }

    /** Why nobody would get it, as things are; empty where it would be taken. */
    Optional<Refusal> refusalOf(Publish publish, long nowMillis) {
        return temporaries
                .refusalOf(publish.address())
                .or(() -> refusalOf(publish, copies(publish, targets(publish), nowMillis)));
    }

    /** @param duplicateId by which its window knows it, "" for none */
    private record Copy(Queue queue, String duplicateId) {}

    /** For queues that do not have the message yet. */
    private static List<Copy> copies(Publish publish, List<Queue> targets, long nowMillis) {
        List<Copy> copies = new ArrayList<>(targets.size());
        for (Queue queue : targets) {
            String id = Offering.duplicateId(publish, queue);
            if (!queue.isDuplicate(id, nowMillis)) {
                copies.add(new Copy(queue, id));
            }
        }
        return copies;
    }

    private Optional<Refusal> refusalOf(Publish publish, List<Copy> copies) {
        for (Copy copy : copies) {
            Optional<Refusal> refusal =
                    copy.queue.refusalOf(1, publish.message().size());
            if (refusal.isPresent()) {
                return refusal.map(why -> ofTopic(publish.address(), why));
            }
        }
        long bytes = RecordSize.ofStored(publish.message(), "");
        for (Copy copy : copies) {
            bytes += RecordSize.ofCopy(copy.duplicateId);
        }
        if (bytes > maxBatchBytes) {
            String text = "the message with its place in " + copies.size()
                    + " subscriptions is larger than the journal can take at once, " + maxBatchBytes + " bytes";
            return Optional.of(new Refusal(
                    Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, text, Map.of("reason", "maxBatchBytes", "limit", (long)
                            maxBatchBytes)));
        }
        return Optional.empty();
    }

    private static Refusal ofTopic(String topic, Refusal why) {
        return new Refusal(why.kind(), "nobody gets a message to topic '" + topic + "': " + why.text(), why.info());
    }

    private void skip(Publish publish, List<Queue> targets, List<Copy> copies, Turn turn) {
        int next = 0;
        for (Queue queue : targets) {
            if (next < copies.size() && copies.get(next).queue == queue) {
                next++;
            } else {
                offering.skipped(publish, queue, turn);
            }
        }
    }

    private void decide(Message published, List<Copy> copies, Turn turn, Turn.Effect then) {
        Message message = copies.size() == 1 ? published : published.forMany();
        large.hold(message);
        Turn.Effect done = applied -> {
            large.letGo(message);
            then.run(applied);
        };
        List<Enqueued> journaled = new ArrayList<>(copies.size());
        List<Enqueued> others = new ArrayList<>();
        for (Copy copy : copies) {
            Enqueued enqueued = copy.queue.admit(message, copy.duplicateId, turn);
            (copy.queue.isJournaled(message) ? journaled : others).add(enqueued);
        }
        for (int i = 0; i < others.size(); i++) {
            boolean last = journaled.isEmpty() && i == others.size() - 1;
            turn.decide(others.get(i), false, last ? done : Turn.Effect.NOTHING);
        }
        if (!journaled.isEmpty()) {
            JournalRecord record = journaled.size() == 1 ? journaled.get(0) : new Published(journaled);
            turn.decide(record, true, done);
        }
    }
}
