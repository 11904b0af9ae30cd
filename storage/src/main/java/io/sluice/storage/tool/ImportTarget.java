package io.sluice.storage.tool;

import io.sluice.broker.Subscription;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.DefinitionRecord.DivertDefined;
import io.sluice.broker.record.DefinitionRecord.PolicyDefined;
import io.sluice.broker.record.DefinitionRecord.UserDefined;
import io.sluice.broker.record.ExchangeRecord;
import io.sluice.broker.record.ExchangeRecord.Bound;
import io.sluice.broker.record.ExchangeRecord.ExchangeDeclared;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.QueuePaused;
import io.sluice.broker.record.JournalRecord.SessionStateSet;
import io.sluice.broker.record.JournalRecord.Subscribed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where imported queues and messages go in a folder: new numbers for queues, sequences behind those given already. One thread. */
final class ImportTarget {
    private final JournalPosition checkpoint;
    private final List<JournalRecord> records;
    private final Map<String, QueueContent> byName = new HashMap<>();
    /** By the number the queue has in the export. */
    private final Map<Long, Place> places = new LinkedHashMap<>();

    private final List<JournalRecord> imported = new ArrayList<>();
    private final Set<Subscription.Identity> subscriptions = new HashSet<>();
    private final List<String> kept = new ArrayList<>();
    private final Definitions defined;
    /** By name, as they were here before. */
    private final Map<String, ExchangeDeclared> exchanges = new LinkedHashMap<>();

    private long highestQueueId;

    /** @param offset added to a sequence */
    private record Place(QueueDeclared queue, long offset) {}

    ImportTarget(FolderReader reader) {
        checkpoint = reader.checkpoint();
        records = List.copyOf(reader.checkpointRecords());
        highestQueueId = reader.highestQueueId();
        defined = reader.defined();
        reader.exchanges().forEach(exchange -> {
            if (exchange instanceof ExchangeDeclared declared) {
                exchanges.put(declared.exchange().name(), declared);
            }
        });
        reader.queues().forEach(queue -> {
            byName.put(queue.definition().name(), queue);
            queue.subscription().map(Subscription::identity).ifPresent(subscriptions::add);
        });
    }

    JournalPosition checkpoint() {
        return checkpoint;
    }

    void add(QueueDeclared exported) {
        QueueContent there = byName.get(exported.definition().name());
        if (there == null) {
            QueueDeclared queue = new QueueDeclared(++highestQueueId, exported.definition(), exported.nextSequence());
            places.put(exported.queueId(), new Place(queue, 0));
        } else {
            long offset = Math.max(0, there.nextSequence() - 1);
            QueueDeclared queue = new QueueDeclared(there.id(), there.definition(), offset + exported.nextSequence());
            places.put(exported.queueId(), new Place(queue, offset));
            kept.add(exported.definition().name());
        }
    }

    /** Names of queues that were there already. */
    List<String> kept() {
        return kept;
    }

    int queues() {
        return places.size();
    }

    /** The queues of the next checkpoint: those of the last, and those of the export. */
    List<QueueDeclared> declared() {
        Map<Long, QueueDeclared> declared = new LinkedHashMap<>();
        for (JournalRecord record : records) {
            if (record instanceof QueueDeclared queue) {
                declared.put(queue.queueId(), queue);
            }
        }
        places.values().forEach(place -> declared.put(place.queue.queueId(), place.queue));
        return List.copyOf(declared.values());
    }

    /** Ids that the window of a queue of the export knows: it knows them here, too. */
    void remember(DuplicatesRemembered exported) {
        if (knows(exported.queueId())) {
            imported.add(new DuplicatesRemembered(queueOf(exported.queueId()).queueId(), exported.ids()));
        }
    }

    /** A queue that was paused is paused here, too; one that was here before stays as it is. */
    void pause(QueuePaused exported) {
        Place place = places.get(exported.queueId());
        if (place != null && !kept.contains(place.queue.definition().name())) {
            imported.add(new QueuePaused(place.queue.queueId(), exported.delivery(), exported.intake()));
        }
    }

    /** A queue of the export is a subscription's: it is here, too, unless there is one of that identity already. */
    void subscribe(Subscribed exported) {
        if (knows(exported.queueId())
                && subscriptions.add(exported.subscription().identity())) {
            imported.add(
                    new Subscribed(queueOf(exported.queueId()).queueId(), exported.subscription(), exported.expiry()));
        }
    }

    /** A user, policy or divert of the export is here, too, unless there is one of that name already. */
    void define(DefinitionRecord exported) {
        if (!isThere(exported)) {
            imported.add(exported);
        }
    }

    private boolean isThere(DefinitionRecord exported) {
        if (exported instanceof UserDefined user) {
            return defined.users().containsKey(user.user().name());
        }
        if (exported instanceof DivertDefined divert) {
            return defined.divert(divert.divert().name()).isPresent();
        }
        return exported instanceof PolicyDefined policy
                && defined.policy(policy.policy().name()).isPresent();
    }

    /** An exchange of the export is here, too, unless there is one of that name already; what is bound to its queues is. */
    void exchange(ExchangeRecord exported) {
        if (exported instanceof Bound bound && bound.queueId() != JournalRecord.NO_QUEUE) {
            if (knows(bound.queueId())) {
                imported.add(new Bound(queueOf(bound.queueId()).queueId(), bound.binding()));
            }
        } else if (exported instanceof ExchangeDeclared declared) {
            // Also one that is here already: the journal may declare it behind what is bound to it by this.
            imported.add(exchanges.getOrDefault(declared.exchange().name(), declared));
        } else {
            imported.add(exported);
        }
    }

    /** The last message of each key, under the number it has here. */
    void remember(LastValues exported) {
        if (knows(exported.queueId())) {
            Place place = places.get(exported.queueId());
            imported.add(new LastValues(
                    place.queue.queueId(),
                    exported.values().stream()
                            .map(value -> new LastValues.Value(value.key(), place.offset + value.sequence()))
                            .toList()));
        }
    }

    /** What is kept with a session is kept with it here, too, unless something is already. */
    void keep(SessionStateSet exported) {
        Place place = places.get(exported.queueId());
        if (place == null) {
            return;
        }
        QueueContent there = byName.get(place.queue.definition().name());
        if (there == null || !there.sessionStates().containsKey(exported.session())) {
            imported.add(new SessionStateSet(place.queue.queueId(), exported.session(), exported.state()));
        }
    }

    /** What the last checkpoint remembers beside queues and messages, and what the export does. */
    List<JournalRecord> remembered() {
        List<JournalRecord> all = new ArrayList<>(imported);
        records.stream().filter(record -> !(record instanceof QueueDeclared)).forEach(all::add);
        return all;
    }

    boolean knows(long exportedQueueId) {
        return places.containsKey(exportedQueueId);
    }

    QueueDeclared queueOf(long exportedQueueId) {
        return places.get(exportedQueueId).queue;
    }

    /** The message under the numbers it has here. */
    Enqueued place(Enqueued exported) {
        Place place = places.get(exported.queueId());
        return new Enqueued(
                place.queue.queueId(),
                place.offset + exported.sequence(),
                exported.arrivedAtMillis(),
                exported.expiresAtMillis(),
                exported.deliverAtMillis(),
                exported.deliveryCount(),
                exported.duplicateId(),
                exported.message());
    }
}
