package io.sluice.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.MessageGroup;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Available messages by their sessions, against a walk through all of them. */
class ReadySessionsTest {
    private static final List<String> SESSIONS = List.of("a", "b", "c", "d", "e");

    private static QueueEntry entry(long sequence, int session) {
        MessageGroup group =
                session == SESSIONS.size() ? MessageGroup.NONE : new MessageGroup(SESSIONS.get(session), 0);
        Message message = new Message(new byte[1], 0, Message.Header.DURABLE.withGroup(group), Annotations.EMPTY);
        return new QueueEntry(new Enqueued(1, sequence, 0, Message.NONE, 0, message), true);
    }

    private static QueueEntry first(TreeMap<Long, QueueEntry> model, long from, Predicate<MessageGroup> is) {
        return model.tailMap(from).values().stream()
                .filter(entry -> is.test(entry.message.group()))
                .findFirst()
                .orElse(null);
    }

    @Property(tries = 300)
    void theyAreThoseThatAWalkWouldFind(@ForAll Random random) {
        ReadyLevels ready = new ReadyLevels(QueueDefinition.Service.FIFO);
        TreeMap<Long, QueueEntry> model = new TreeMap<>();
        Set<String> held = new HashSet<>();
        int asksFrom = random.nextInt(100);
        for (int step = 0; step < 400; step++) {
            long sequence = random.nextInt(150);
            if (random.nextInt(5) < 3) {
                if (!model.containsKey(sequence)) {
                    QueueEntry entry = entry(sequence, random.nextInt(SESSIONS.size() + 1));
                    model.put(sequence, entry);
                    ready.insert(entry);
                }
            } else if (model.ceilingKey(sequence) != null) {
                ready.remove(model.remove(model.ceilingKey(sequence)));
            }
            if (step < asksFrom) {
                continue;
            }
            String session = SESSIONS.get(random.nextInt(SESSIONS.size()));
            if (random.nextInt(4) == 0) {
                if (held.add(session)) {
                    ready.sessions().hold(session);
                } else {
                    held.remove(session);
                    ready.sessions().letGo(session);
                }
            }
            if (held.isEmpty()) {
                ready.nobodyHasSessions();
            }
            long from = random.nextInt(170);
            assertEquals(
                    first(model, from, group -> group.id().equals(session)),
                    ready.sessions().first(0, session, from));
            assertEquals(
                    first(model, from, group -> !group.isNone() && !held.contains(group.id())),
                    ready.sessions().firstFree(0, from));
        }
        for (QueueEntry entry : model.values()) {
            ready.remove(entry);
        }
        assertTrue(ready.sessions().isEmpty());
    }
}
