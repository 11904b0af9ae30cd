package io.sluice.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.SequenceRanges;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** The lists and trees of a queue against what the JDK has for it. */
class StructureTest {
    private static QueueEntry entry(long sequence, long expiresAt) {
        Message message = new Message(new byte[1], 0, Message.Header.DURABLE, Annotations.EMPTY);
        return new QueueEntry(new Enqueued(1, sequence, 0, expiresAt, 0, message), true);
    }

    @Property(tries = 200)
    void entryIndexIsASortedMap(@ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int gap) {
        Random random = new Random(seed);
        EntryIndex index = new EntryIndex();
        TreeMap<Long, QueueEntry> model = new TreeMap<>();
        long next = 1;
        for (int step = 0; step < 3000; step++) {
            if (random.nextInt(3) > 0) {
                next += random.nextInt(1 << gap) + 1;
                QueueEntry entry = entry(next, Message.NONE);
                index.add(entry);
                model.put(next, entry);
            } else {
                Long key = model.ceilingKey((long) (random.nextDouble() * next));
                long removed = key == null || random.nextInt(10) == 0 ? random.nextInt(100) : key;
                assertEquals(model.remove(removed), index.remove(removed));
            }
            long at = (long) (random.nextDouble() * next * 1.1);
            Map.Entry<Long, QueueEntry> expected = model.ceilingEntry(at);
            assertEquals(expected == null ? null : expected.getValue(), index.atOrAfter(at));
            assertEquals(model.get(at), index.find(at));
            assertEquals(model.size(), index.size());
        }
    }

    @Property(tries = 200)
    void readyListIsASortedSet(@ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int inserts) {
        Random random = new Random(seed);
        ReadyList list = new ReadyList();
        TreeSet<QueueEntry> model = new TreeSet<>(Comparator.comparingLong(e -> e.sequence));
        for (int step = 0; step < 400; step++) {
            if (random.nextInt(10) < inserts) {
                QueueEntry entry = entry(random.nextInt(500) + 1, Message.NONE);
                if (model.add(entry)) {
                    list.insert(entry);
                }
            } else if (!model.isEmpty()) {
                QueueEntry some = model.ceiling(entry(random.nextInt(500), Message.NONE));
                QueueEntry removed = some == null ? model.first() : some;
                model.remove(removed);
                list.remove(removed);
            }
            List<QueueEntry> all = new ArrayList<>();
            for (QueueEntry entry = list.head(); entry != null; entry = entry.links.nextReady) {
                all.add(entry);
            }
            assertEquals(new ArrayList<>(model), all);
            assertEquals(model.size(), list.size());
        }
    }

    @Property(tries = 200)
    void expiryHeapGivesTheSoonest(@ForAll long seed) {
        Random random = new Random(seed);
        EntryHeap heap = EntryHeap.byExpiry();
        List<QueueEntry> model = new ArrayList<>();
        for (int step = 0; step < 400; step++) {
            if (random.nextInt(5) > 1) {
                QueueEntry entry = entry(step + 1, random.nextInt(50));
                heap.add(entry);
                model.add(entry);
            } else if (!model.isEmpty()) {
                heap.remove(model.remove(random.nextInt(model.size())));
            }
            if (model.isEmpty()) {
                assertNull(heap.soonest());
            } else {
                long soonest =
                        model.stream().mapToLong(e -> e.expiresAtMillis).min().getAsLong();
                assertEquals(soonest, heap.soonest().expiresAtMillis);
            }
        }
    }

    @Property(tries = 200)
    void scheduledGivesWhatIsDueBySequence(@ForAll long seed) {
        Random random = new Random(seed);
        Scheduled scheduled = new Scheduled();
        List<QueueEntry> model = new ArrayList<>();
        for (int step = 1; step < 400; step++) {
            int dice = random.nextInt(10);
            if (dice < 6) {
                QueueEntry entry = scheduledEntry(step, random.nextInt(400) + 1);
                scheduled.add(entry);
                model.add(entry);
            } else if (dice < 8 && !model.isEmpty()) {
                scheduled.remove(model.remove(random.nextInt(model.size())));
            } else {
                int now = random.nextInt(step);
                List<QueueEntry> due = new ArrayList<>(model);
                due.removeIf(e -> e.deliverAtMillis > now);
                assertEquals(!due.isEmpty(), scheduled.isDue(now));
                assertEquals(due, List.of(scheduled.takeDue(now)));
                model.removeAll(due);
            }
            assertEquals(model.size(), scheduled.size());
        }
    }

    private static QueueEntry scheduledEntry(long sequence, long deliverAt) {
        Message message = new Message(new byte[1], 0, Message.Header.DURABLE, Annotations.EMPTY);
        return new QueueEntry(new Enqueued(1, sequence, 0, Message.NONE, deliverAt, 0, "", message), true);
    }

    @Property(tries = 300)
    void sequenceRangesAreTheSetTheyWereMadeOf(@ForAll @Size(max = 60) List<@LongRange(min = 1, max = 90) Long> some) {
        TreeSet<Long> model = new TreeSet<>(some);
        long[] sequences =
                new ArrayList<>(model).stream().mapToLong(Long::longValue).toArray();
        SequenceRanges ranges = SequenceRanges.ofSequences(sequences, sequences.length);
        List<Long> all = new ArrayList<>();
        long[] bounds = new long[ranges.rangeCount() * 2];
        for (int i = 0; i < ranges.rangeCount(); i++) {
            bounds[i * 2] = ranges.first(i);
            bounds[i * 2 + 1] = ranges.last(i);
            for (long sequence = ranges.first(i); sequence <= ranges.last(i); sequence++) {
                all.add(sequence);
            }
        }
        assertEquals(new ArrayList<>(model), all);
        assertEquals(model.size(), ranges.size());
        assertEquals(ranges, SequenceRanges.ofBounds(bounds));
    }
}
