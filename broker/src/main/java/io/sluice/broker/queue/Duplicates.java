package io.sluice.broker.queue;

import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.ResumableLink;
import io.sluice.broker.explain.DroppedCopy;
import io.sluice.broker.port.LinkDescription;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered.Remembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which messages came in before: by id, in a window whose durable part is a matter of the queue's records. */
final class Duplicates {
    private static final Logger LOG = LoggerFactory.getLogger(Duplicates.class);

    private final QueueState state;
    private final DuplicateWindow durable = new DuplicateWindow();
    /** Of messages that are not durable: gone with them. */
    private final DuplicateWindow others = new DuplicateWindow();

    private final Unconfirmed deliveries = new Unconfirmed();
    /** Decided, not yet applied: the sequence of each. */
    private final Map<String, Long> pending = new HashMap<>();

    private long count;
    private Optional<DroppedCopy> last = Optional.empty();

    Duplicates(QueueState state) {
        this.state = state;
    }

    private Deduplication limits() {
        return state.definition().deduplication();
    }

    /** What came over links that may be resumed. */
    Unconfirmed deliveries() {
        return deliveries;
    }

    /**
     * Whether a message of this id is in the window, or on its way into it. A delivery that has its key only is never a copy: its sender
     * has heard which it must not send again.
     *
     * @param id "" is nobody's
     */
    boolean has(String id, long nowMillis) {
        return !id.isEmpty()
                && limits().isOn()
                && !ResumableLink.isKey(id)
                && (pending.containsKey(id)
                        || durable.holds(id, nowMillis, limits())
                        || others.holds(id, nowMillis, limits()));
    }

    /** A copy came, and is not stored. */
    void dropped(String id, LinkDescription by, long nowMillis) {
        count++;
        DroppedCopy copy = new DroppedCopy(id, sequenceOf(id), nowMillis, by);
        last = Optional.of(copy);
        if (LOG.isDebugEnabled()) {
            LOG.debug(
                    "Queue '{}': a copy is accepted and not stored: {}, as number {}, from link {} '{}' of '{}'",
                    state.definition().name(),
                    printable(id),
                    copy.firstSequence() == 0 ? "unknown" : copy.firstSequence(),
                    by.identity(),
                    printable(by.name()),
                    printable(by.container()));
        }
    }

    /** What a peer wrote makes no line of its own. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    /** Of the message that has this id, 0 where that is not known. */
    long sequenceOf(String id) {
        Long coming = pending.get(id);
        return coming != null ? coming : Math.max(durable.sequenceOf(id), others.sequenceOf(id));
    }

    /** The last copy that came. */
    Optional<DroppedCopy> last() {
        return last;
    }

    /** Since the shard started. */
    long count() {
        return count;
    }

    void comesIn(Enqueued decided) {
        if (!decided.duplicateId().isEmpty() && !ResumableLink.isKey(decided.duplicateId())) {
            pending.put(decided.duplicateId(), decided.sequence());
        }
    }

    void cameIn(Enqueued record) {
        String id = record.duplicateId();
        if (id.isEmpty()) {
            return;
        }
        boolean isDurable = state.definition().durable() && record.message().durable();
        if (ResumableLink.isKey(id)) {
            deliveries.cameIn(id, record.arrivedAtMillis(), isDurable);
        } else {
            pending.remove(id);
            (isDurable ? durable : others).remember(id, record.arrivedAtMillis(), record.sequence(), limits());
        }
    }

    void remembered(DuplicatesRemembered record) {
        for (Remembered id : record.ids()) {
            if (ResumableLink.isKey(id.id())) {
                deliveries.apply(id);
            } else {
                durable.remember(id.id(), id.arrivedAtMillis(), 0, limits());
            }
        }
    }

    /** What is durable of it as it stands, oldest first. */
    List<DuplicatesRemembered> asRecords() {
        List<Remembered> all = new ArrayList<>(durable.all());
        all.addAll(deliveries.all());
        return DuplicatesRemembered.of(state.id(), all);
    }

    /** Of memory; about. */
    long bytes() {
        return durable.bytes() + others.bytes() + deliveries.bytes();
    }
}
