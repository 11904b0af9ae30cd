package io.sluice.storage.mapdb;

import io.sluice.broker.port.MessageStore.Restored;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.eclipse.collections.impl.set.mutable.primitive.LongHashSet;

/** Gives what is in the store, but for the messages. Once, one thread. */
final class RestoredPages {
    private RestoredPages() {}

    /** @return what is in the store but not part of the state: to be forgotten by the next checkpoint */
    static ForgottenMessages give(StoreContent content, Restored restored) throws DamagedException {
        LongHashSet known = new LongHashSet();
        for (JournalRecord record : content.queues()) {
            if (!(record instanceof QueueDeclared queue)) {
                throw new DamagedException("The queue list of the store holds something else.");
            }
            known.add(queue.queueId());
            restored.queue(queue);
        }
        ForgottenMessages orphans = new ForgottenMessages();
        for (Slot slot : oldestFirst(content.slots().slots())) {
            if (known.contains(slot.queueId)) {
                restored.page(content.describe(slot));
            } else {
                // Of a queue declared behind the checkpoint's position: the journal declares it again and enqueues
                // what it held.
                orphans.addPage(slot.page());
            }
        }
        for (JournalRecord record : content.remembered()) {
            restored.record(record);
        }
        return orphans;
    }

    private static List<Slot> oldestFirst(List<Slot> slots) {
        List<Slot> pages = new ArrayList<>();
        for (Slot slot : slots) {
            if (slot != null && (slot.state == Slot.PAGE || slot.state == Slot.LARGE)) {
                pages.add(slot);
            }
        }
        pages.sort(Comparator.comparingLong(slot -> slot.generation));
        return pages;
    }
}
