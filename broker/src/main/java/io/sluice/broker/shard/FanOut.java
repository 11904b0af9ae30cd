package io.sluice.broker.shard;

import io.sluice.broker.Invariant;
import io.sluice.broker.Message;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Refusal;
import io.sluice.broker.queue.ExchangeMarks;
import io.sluice.broker.queue.LargeReferences;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Published;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Decides on messages to topics and exchanges. All copies of a message are looked at before one is decided; those that are journaled are
 * one record, so they are there together or not at all, and the message is written once. In memory they share its bytes.
 */
final class FanOut {
    private final Routing routing;
    private final Replays replays;
    private final Offering offering;
    private final LargeReferences large;
    private final int maxBatchBytes;

    FanOut(Routing routing, Replays replays, Offering offering, LargeReferences large, int maxBatchBytes) {
        this.routing = routing;
        this.replays = replays;
        this.offering = offering;
        this.large = large;
        this.maxBatchBytes = maxBatchBytes;
    }

    Routing routing() {
        return routing;
    }

    /**
     * A message from a producer. Where nobody wants it, one to a topic is taken all the same, and dropped.
     *
     * @param held whether its producer has credit of its own from where it sends: then what is paused takes what comes on it
     * @param then runs when it is wherever it is to be
     * @return why nobody gets it, empty where it is taken: a queue that is full and refuses more
     */
    Optional<Refusal> offer(Publish publish, boolean held, Turn turn, Turn.Effect then) {
        Optional<Refusal> gone = routing.refusalOf(publish);
        if (gone.isPresent()) {
            return gone;
        }
        List<Queue> targets = routing.targets(publish);
        if (targets.isEmpty()) {
            Optional<Refusal> unroutable = offering.unroutable(publish);
            if (unroutable.isEmpty()) {
                large.discard(publish.message());
                then.run(turn);
            }
            return unroutable;
        }
        Message message = marked(publish);
        List<Copy> copies = copies(publish, targets, turn.nowMillis());
        Optional<Refusal> refusal = refusalOf(publish, copies, held);
        if (refusal.isPresent()) {
            for (Copy copy : copies) {
                if (copy.queue.refusalOf(publish.message(), copy.key).isPresent()) {
                    copy.queue.refused(message, turn);
                }
            }
            return refusal;
        }
        for (Copy copy : copies) {
            if (copy.rewritten != null) {
                copy.queue.makeRoomFor(copy.rewritten.size(), copy.bytes(), turn);
            } else if (!keeps(copy.queue)) {
                copy.queue.makeRoomFor(message, copy.key, turn);
            }
        }
        if (copies.size() < targets.size()) {
            skip(publish, targets, copies, turn);
        }
        if (copies.isEmpty()) {
            large.discard(message);
            turn.afterDecided(then);
        } else {
            decide(message, publish.container(), copies, turn, then);
        }
        return Optional.empty();
    }

    /** Why nobody would get it, as things are; empty where it would be taken. @param held as of {@link #offer} */
    Optional<Refusal> refusalOf(Publish publish, boolean held, long nowMillis) {
        Optional<Refusal> gone = routing.refusalOf(publish);
        if (gone.isPresent()) {
            return gone;
        }
        List<Queue> targets = routing.targets(publish);
        return targets.isEmpty()
                ? offering.unroutable(publish)
                : refusalOf(publish, copies(publish, targets, nowMillis), held);
    }

    /** The message as its queues get it. */
    private static Message marked(Publish publish) {
        if (publish.kind() != NodeKind.EXCHANGE) {
            return publish.message();
        }
        return ExchangeMarks.on(publish.message(), publish.address(), publish.routingKey());
    }

    /** Whether the queue keeps messages for later subscribers: it refuses none, and drops what is too much when that is in it. */
    static boolean keeps(Queue queue) {
        return queue.definition().replay().isOn();
    }

    /**
     * @param duplicateId by which its window knows it, "" for none
     * @param key whose last message it takes the place of, "" for none
     * @param rewritten what the queue gets in place of the message; null where it gets that
     */
    private record Copy(Queue queue, String duplicateId, String key, List<Message> rewritten) {
        /** Of what is rewritten. */
        long bytes() {
            return rewritten.stream().mapToLong(Message::size).sum();
        }
    }

    /** For queues that do not have the message yet. */
    private List<Copy> copies(Publish publish, List<Queue> targets, long nowMillis) {
        List<Copy> copies = new ArrayList<>(targets.size());
        for (Queue queue : targets) {
            String id = Offering.duplicateId(publish, queue);
            if (!queue.isDuplicate(id, nowMillis)) {
                copies.add(copy(publish, queue, id));
            }
        }
        return copies;
    }

    private Copy copy(Publish publish, Queue queue, String duplicateId) {
        String key = key(publish, queue);
        if (!key.isEmpty() || !routing.anyRewrites()) {
            return new Copy(queue, duplicateId, key, null);
        }
        Message message = marked(publish);
        List<Message> rewritten = routing.copies(queue, message);
        boolean isItself = rewritten.size() == 1 && rewritten.get(0) == message;
        return new Copy(queue, duplicateId, key, isItself ? null : rewritten);
    }

    /** The queue of a subscription is nobody's table. */
    private static String key(Publish publish, Queue queue) {
        boolean subscriptions = publish.kind() == NodeKind.TOPIC && queue.name().contains("::");
        return subscriptions ? "" : Offering.lastValueKey(publish, queue);
    }

    private Optional<Refusal> refusalOf(Publish publish, List<Copy> copies, boolean held) {
        for (Copy copy : copies) {
            if (keeps(copy.queue)) {
                continue;
            }
            Optional<Refusal> refusal = copy.rewritten == null
                    ? copy.queue.refusalOfKey(copy.key).or(() -> copy.queue.refusalOf(publish.message(), copy.key))
                    : copy.queue.refusalOf(copy.rewritten.size(), copy.bytes());
            if (refusal.isEmpty() && !held && copy.queue.isIntakePaused()) {
                refusal = Optional.of(Publishing.paused(copy.queue));
            }
            if (refusal.isEmpty()) {
                refusal = refusalOfElsewhere(copy.queue).filter(why -> routing.isElsewhere(publish, copy.queue));
            }
            if (refusal.isPresent()) {
                return refusal.map(why -> ofNode(publish, why));
            }
        }
        long bytes = recordBytes(publish, copies);
        if (bytes > maxBatchBytes) {
            String text = "the message with its place in " + copies.size()
                    + " queues is larger than the journal can take at once, " + maxBatchBytes + " bytes";
            return Optional.of(new Refusal(
                    Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, text, Map.of("reason", "maxBatchBytes", "limit", (long)
                            maxBatchBytes)));
        }
        return Optional.empty();
    }

    /** There is no credit of this queue to hold its producers back with. */
    private static Optional<Refusal> refusalOfElsewhere(Queue queue) {
        if (queue.isIntakePaused()) {
            return Optional.of(Publishing.paused(queue));
        }
        return queue.isBlocked()
                ? Optional.of(new Refusal(
                        Refusal.Kind.RESOURCE_LIMIT_EXCEEDED,
                        "queue '" + queue.name() + "' is full, and the message is diverted to it",
                        Map.of("queue", queue.name(), "reason", "diverted")))
                : Optional.empty();
    }

    /** What it takes of the journal, in bytes: not less. */
    long recordBytes(Publish publish) {
        List<Copy> all = new ArrayList<>();
        for (Queue queue : routing.targets(publish)) {
            all.add(copy(publish, queue, Offering.duplicateId(publish, queue)));
        }
        return recordBytes(publish, all);
    }

    private static long recordBytes(Publish publish, List<Copy> copies) {
        long once = RecordSize.ofStored(marked(publish), "");
        long bytes = once;
        for (Copy copy : copies) {
            if (copy.rewritten != null) {
                for (Message each : copy.rewritten) {
                    bytes += RecordSize.ofStored(each, copy.duplicateId);
                }
                continue;
            }
            bytes += RecordSize.ofCopy(copy.duplicateId);
            bytes += copy.key.isEmpty() ? 0 : once + RecordSize.ofReplacing(copy.key);
        }
        return bytes;
    }

    private static Refusal ofNode(Publish publish, Refusal why) {
        String node = publish.kind().name().toLowerCase(Locale.ROOT);
        return new Refusal(
                why.kind(),
                "nobody gets a message to " + node + " '" + publish.address() + "': " + why.text(),
                why.info());
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

    private static boolean anyKeeps(List<Copy> copies) {
        for (Copy copy : copies) {
            if (keeps(copy.queue)) {
                return true;
            }
        }
        return false;
    }

    private void decide(Message published, String container, List<Copy> copies, Turn turn, Turn.Effect then) {
        Message from = anyKeeps(copies) ? published.publishedBy(Message.publisher(container)) : published;
        Message message = copies.size() == 1 ? from : from.forMany();
        large.hold(message);
        Turn.Effect done = applied -> {
            large.letGo(message);
            then.run(applied);
        };
        List<Enqueued> journaled = new ArrayList<>(copies.size());
        List<Enqueued> others = new ArrayList<>();
        boolean apart = false;
        for (Copy copy : copies) {
            if (copy.rewritten != null) {
                // Messages of their own: records of their own, in the same batch.
                decideRewritten(copy, turn);
                apart = true;
                continue;
            }
            if (!copy.key.isEmpty()) {
                // It takes another's place there, which is records of its own; they are in the same batch.
                copy.queue
                        .offer(message, copy.duplicateId, copy.key, turn, Turn.Effect.NOTHING)
                        .ifPresent(why -> Invariant.check(false, "what was found to have room is refused: " + why));
                continue;
            }
            Enqueued enqueued = copy.queue.admit(message, copy.duplicateId, turn);
            (copy.queue.isJournaled(message) ? journaled : others).add(enqueued);
            if (keeps(copy.queue)) {
                replays.decided(enqueued);
            }
        }
        boolean more = apart || journaled.size() + others.size() < copies.size();
        for (int i = 0; i < others.size(); i++) {
            boolean last = !more && journaled.isEmpty() && i == others.size() - 1;
            turn.decide(others.get(i), false, last ? done : Turn.Effect.NOTHING);
        }
        if (!journaled.isEmpty()) {
            JournalRecord record = journaled.size() == 1 ? journaled.get(0) : new Published(journaled);
            turn.decide(record, true, more ? Turn.Effect.NOTHING : done);
        }
        if (more) {
            turn.afterDecided(done);
        }
    }

    private static void decideRewritten(Copy copy, Turn turn) {
        String duplicateId = copy.duplicateId;
        for (Message each : copy.rewritten) {
            Enqueued enqueued = copy.queue.admit(each, duplicateId, turn);
            turn.decide(enqueued, copy.queue.isJournaled(each), Turn.Effect.NOTHING);
            // Its window knows the message by the first of them.
            duplicateId = "";
        }
    }
}
