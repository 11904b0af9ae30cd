package io.sluice.simulation;

import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.ExchangeRecord;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.RecordVisitor;
import java.util.Map;
import java.util.TreeMap;

/** The simplest reading of the records there is: what a shard that applied them must hold. */
final class ExpectedContent implements RecordVisitor {
    private final Map<Long, String> names = new TreeMap<>();
    private final TreeMap<String, TreeMap<Long, Content.Held>> queues = new TreeMap<>();

    private final Defined defined = new Defined();

    /** As {@link Content#text()}. */
    String text() {
        StringBuilder text = new StringBuilder();
        queues.forEach((name, messages) -> text.append(Content.text(name, messages.values().stream())));
        return text.toString();
    }

    Defined defined() {
        return defined;
    }

    private TreeMap<Long, Content.Held> queue(long id) {
        return queues.get(names.get(id));
    }

    @Override
    public void queueDeclared(JournalRecord.QueueDeclared declared) {
        names.put(declared.queueId(), declared.definition().name());
        queues.computeIfAbsent(declared.definition().name(), name -> new TreeMap<>());
    }

    @Override
    public void enqueued(JournalRecord.Enqueued enqueued) {
        queue(enqueued.queueId())
                .putIfAbsent(
                        enqueued.sequence(),
                        new Content.Held(
                                names.get(enqueued.queueId()),
                                enqueued.sequence(),
                                Texts.id(enqueued.message()),
                                enqueued.deliveryCount()));
    }

    @Override
    public void removed(JournalRecord.Removed removed) {
        for (int range = 0; range < removed.sequences().rangeCount(); range++) {
            queue(removed.queueId())
                    .subMap(
                            removed.sequences().first(range),
                            removed.sequences().last(range) + 1)
                    .clear();
        }
    }

    @Override
    public void returned(JournalRecord.Returned returned) {
        queue(returned.queueId())
                .computeIfPresent(
                        returned.sequence(),
                        (sequence, held) ->
                                new Content.Held(held.queue(), sequence, held.id(), returned.deliveryCount()));
    }

    @Override
    public void duplicatesRemembered(JournalRecord.DuplicatesRemembered remembered) {
        throw new IllegalStateException("in checkpoints only: " + remembered);
    }

    @Override
    public void queueDeleted(JournalRecord.QueueDeleted deleted) {
        queues.remove(names.remove(deleted.queueId()));
    }

    @Override
    public void queuePaused(JournalRecord.QueuePaused paused) {
        throw new IllegalStateException("not done here: " + paused);
    }

    @Override
    public void subscribed(JournalRecord.Subscribed subscribed) {
        // its queue says the rest
    }

    @Override
    public void defined(DefinitionRecord definition) {
        defined.apply(definition);
    }

    @Override
    public void exchange(ExchangeRecord exchange) {
        defined.apply(exchange);
    }

    @Override
    public void sessionStateSet(JournalRecord.SessionStateSet set) {
        throw new IllegalStateException("not done here: " + set);
    }

    @Override
    public void lastValues(JournalRecord.LastValues last) {
        throw new IllegalStateException("not done here: " + last);
    }
}
