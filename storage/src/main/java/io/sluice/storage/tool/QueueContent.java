package io.sluice.storage.tool;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.ResumableLink;
import io.sluice.broker.SessionState;
import io.sluice.broker.Subscription;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered.Remembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.QueuePaused;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.JournalRecord.SessionStateSet;
import io.sluice.broker.record.JournalRecord.Subscribed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One queue of a stopped folder: which messages are in it, not the messages themselves. One thread. */
public final class QueueContent {
    private final long id;
    private QueueDefinition definition;
    private Optional<Subscribed> subscription = Optional.empty();
    private long nextSequence;
    private final SequenceSet present = new SequenceSet();
    private final Map<Long, Returned> returned = new HashMap<>();
    /** When each id arrived, oldest first. */
    private final Map<String, Long> remembered = new LinkedHashMap<>();
    /** Of deliveries of resumable links. */
    private final Map<String, Long> deliveries = new LinkedHashMap<>();

    /** Not there while nothing is held up. */
    private Optional<QueuePaused> paused = Optional.empty();
    /** The last message of each key, also of some that are gone. */
    private final Map<String, Long> lastValues = new LinkedHashMap<>();

    private final Map<String, SessionState> sessionStates = new LinkedHashMap<>();

    QueueContent(long id, QueueDefinition definition) {
        this.id = id;
        this.definition = definition;
    }

    public long id() {
        return id;
    }

    public QueueDefinition definition() {
        return definition;
    }

    void define(QueueDefinition newDefinition) {
        definition = newDefinition;
    }

    /** Of the queue of a subscription, which that is. */
    public Optional<Subscription> subscription() {
        return subscription.map(Subscribed::subscription);
    }

    /** Of the queue of a subscription, the last that was recorded of that. */
    Optional<Subscribed> subscribed() {
        return subscription;
    }

    void subscribed(Subscribed its) {
        subscription = Optional.of(its);
    }

    /** The lowest sequence that may be given to a message. */
    public long nextSequence() {
        return nextSequence;
    }

    void sequenceUsed(long sequence) {
        nextSequence = Math.max(nextSequence, sequence + 1);
    }

    /** Messages in it. */
    public long messages() {
        return present.size();
    }

    SequenceSet present() {
        return present;
    }

    void returned(Returned record) {
        if (present.contains(record.sequence())) {
            returned.put(record.sequence(), record);
        }
    }

    /**
     * Ids of earlier messages that its window knows, also of some that are too old for it; oldest first. And keys of deliveries that their
     * senders have not settled.
     */
    List<Remembered> remembered() {
        List<Remembered> all = new ArrayList<>(remembered.size());
        remembered.forEach((duplicateId, arrivedAtMillis) -> all.add(new Remembered(duplicateId, arrivedAtMillis)));
        deliveries.forEach((key, arrivedAtMillis) -> all.add(new Remembered(key, arrivedAtMillis)));
        return all;
    }

    void apply(Remembered id) {
        if (id.isForgotten()) {
            deliveries.remove(id.id());
        } else {
            remember(id.id(), id.arrivedAtMillis());
        }
    }

    void remember(String duplicateId, long arrivedAtMillis) {
        boolean isDelivery = ResumableLink.isKey(duplicateId);
        Map<String, Long> ids = isDelivery ? deliveries : remembered;
        ids.remove(duplicateId);
        ids.put(duplicateId, arrivedAtMillis);
        int most =
                isDelivery ? ResumableLink.MAX_KEYS : definition.deduplication().maxIds();
        if (ids.size() > most) {
            ids.remove(ids.keySet().iterator().next());
        }
    }

    void paused(QueuePaused record) {
        paused = record.delivery() || record.intake() ? Optional.of(record) : Optional.empty();
    }

    /** What an administrator holds up; empty where nothing is. */
    Optional<QueuePaused> paused() {
        return paused;
    }

    void lastValue(LastValues.Value value) {
        lastValues.merge(value.key(), value.sequence(), Math::max);
    }

    /** The last message of each key that is still there, where the queue keeps last values. */
    List<LastValues.Value> lastValues() {
        List<LastValues.Value> all = new ArrayList<>();
        lastValues.forEach((key, sequence) -> {
            if (present.contains(sequence)) {
                all.add(new LastValues.Value(key, sequence));
            }
        });
        return all;
    }

    void sessionStateSet(SessionStateSet set) {
        if (set.state().isPresent()) {
            sessionStates.put(set.session(), set.state().get());
        } else {
            sessionStates.remove(set.session());
        }
    }

    /** What is kept with its sessions. */
    Map<String, SessionState> sessionStates() {
        return sessionStates;
    }

    /** The message with the failed deliveries and annotations it has by now, and the time it waits for. */
    Enqueued current(Enqueued stored) {
        Returned change = returned.get(stored.sequence());
        return change == null
                ? stored
                : new Enqueued(
                        stored.queueId(),
                        stored.sequence(),
                        stored.arrivedAtMillis(),
                        stored.expiresAtMillis(),
                        change.deliverAtMillis(),
                        change.deliveryCount(),
                        stored.duplicateId(),
                        stored.message().withAdded(change.added()));
    }
}
