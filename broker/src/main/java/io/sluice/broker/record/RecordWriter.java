package io.sluice.broker.record;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered.Remembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.Published;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.QueueDeleted;
import io.sluice.broker.record.JournalRecord.QueuePaused;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.JournalRecord.SessionStateSet;
import io.sluice.broker.record.JournalRecord.Subscribed;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Writes records in their binary form, the type first; see {@link RecordCodec}. */
record RecordWriter(ByteBuffer out) implements RecordVisitor {
    private void head(byte type, JournalRecord record) {
        out.put(type).putLong(record.queueId());
    }

    @Override
    public void queueDeclared(QueueDeclared declared) {
        QueueDefinition definition = declared.definition();
        head(Extensions.isNeeded(definition) ? RecordCodec.DECLARED_EXTENDED : RecordCodec.DECLARED, declared);
        out.putLong(declared.nextSequence());
        string(definition.name());
        out.put((byte) (definition.durable() ? 1 : 0));
        service(definition.service());
        QueueDefinition.Limits limits = definition.limits();
        out.putLong(limits.maxMessages()).putLong(limits.maxBytes());
        out.put((byte) limits.overflow().ordinal()).putLong(limits.maxTtlMillis());
        optional(definition.deadLetter().queue());
        optional(definition.deadLetter().expiryQueue());
        out.putInt(definition.deadLetter().maxDeliveries());
        Deduplication deduplication = definition.deduplication();
        out.putInt(deduplication.maxIds()).putLong(deduplication.maxAgeMillis());
        string(deduplication.property());
        Extensions.write(definition, out);
    }

    private void service(QueueDefinition.Service service) {
        if (service instanceof QueueDefinition.Weighted weighted) {
            out.put((byte) 2);
            for (int weight : weighted.weights()) {
                out.putShort((short) weight);
            }
        } else {
            out.put((byte) (service instanceof QueueDefinition.Strict ? 1 : 0));
        }
    }

    @Override
    public void queueDeleted(QueueDeleted deleted) {
        head(RecordCodec.DELETED, deleted);
    }

    @Override
    public void enqueued(Enqueued enqueued) {
        head(RecordCodec.ENQUEUED, enqueued);
        Message message = enqueued.message();
        out.putLong(enqueued.sequence())
                .putLong(enqueued.arrivedAtMillis())
                .putLong(enqueued.expiresAtMillis())
                .putLong(enqueued.deliverAtMillis())
                .putInt(enqueued.deliveryCount());
        string(enqueued.duplicateId());
        message(message);
    }

    @Override
    public void subscribed(Subscribed subscribed) {
        head(TopicRecords.SUBSCRIBED, subscribed);
        TopicRecords.write(subscribed, this);
    }

    @Override
    public void published(Published published) {
        head(TopicRecords.PUBLISHED, published);
        TopicRecords.write(published, this);
    }

    /** From its flags on. */
    void message(Message message) {
        boolean grouped = !message.group().isNone();
        int flags = (message.durable() ? RecordCodec.DURABLE : 0)
                | (message.isLarge() ? RecordCodec.LARGE : 0)
                | (grouped ? RecordCodec.GROUPED : 0)
                | (message.publisher() == 0 ? 0 : RecordCodec.PUBLISHED_BY);
        out.put((byte) flags)
                .put((byte) message.priority())
                .putInt(message.messageFormat())
                .putLong(message.ttlMillis())
                .putLong(message.absoluteExpiryMillis())
                .putInt(message.annotatedOffset());
        annotations(message.added());
        bytes(message.encoded());
        message.largeBody().ifPresent(body -> out.putLong(body.id()).putLong(body.length()));
        if (grouped) {
            string(message.group().id());
            out.putInt(message.group().sequence());
        }
        if (message.publisher() != 0) {
            out.putLong(message.publisher());
        }
    }

    @Override
    public void removed(Removed removed) {
        head(RecordCodec.REMOVED, removed);
        SequenceRanges sequences = removed.sequences();
        out.put((byte) removed.reason().ordinal()).putInt(sequences.rangeCount());
        for (int range = 0; range < sequences.rangeCount(); range++) {
            out.putLong(sequences.first(range)).putLong(sequences.last(range));
        }
    }

    @Override
    public void returned(Returned returned) {
        boolean later = returned.deliverAtMillis() != 0;
        head(later ? RecordCodec.RETURNED_LATER : RecordCodec.RETURNED, returned);
        out.putLong(returned.sequence()).putInt(returned.deliveryCount());
        annotations(returned.added());
        if (later) {
            out.putLong(returned.deliverAtMillis());
        }
    }

    @Override
    public void duplicatesRemembered(DuplicatesRemembered remembered) {
        head(RecordCodec.REMEMBERED, remembered);
        out.putInt(remembered.ids().size());
        for (Remembered id : remembered.ids()) {
            string(id.id());
            out.putLong(id.arrivedAtMillis());
        }
    }

    @Override
    public void queuePaused(QueuePaused paused) {
        head(RecordCodec.PAUSED, paused);
        out.put((byte) ((paused.delivery() ? RecordCodec.DELIVERY : 0) | (paused.intake() ? RecordCodec.INTAKE : 0)));
    }

    @Override
    public void lastValues(LastValues last) {
        head(RecordCodec.LAST_VALUES, last);
        LifeRecords.write(last, out);
    }

    @Override
    public void sessionStateSet(SessionStateSet set) {
        head(SessionRecords.STATE_SET, set);
        SessionRecords.write(set, out);
    }

    @Override
    public void defined(DefinitionRecord definition) {
        head(DefinitionCodec.type(definition), definition);
        DefinitionCodec.write(definition, this);
    }

    @Override
    public void exchange(ExchangeRecord exchange) {
        head(ExchangeCodec.type(exchange), exchange);
        ExchangeCodec.write(exchange, this);
    }

    void annotations(Annotations annotations) {
        out.putInt(annotations.values().size());
        annotations.values().forEach((key, value) -> {
            string(key);
            if (value instanceof Annotations.Text text) {
                out.put((byte) 0);
                string(text.value());
            } else if (value instanceof Annotations.Number number) {
                out.put((byte) 1).putLong(number.value());
            } else if (value instanceof Annotations.Timestamp timestamp) {
                out.put((byte) 2).putLong(timestamp.epochMillis());
            } else if (value instanceof Annotations.Encoded encoded) {
                out.put((byte) 3);
                bytes(encoded.bytes());
            } else if (value instanceof Annotations.Maps list) {
                out.put((byte) 4).putInt(list.maps().size());
                list.maps().forEach(this::annotations);
            }
        });
    }

    void bytes(byte[] bytes) {
        out.putInt(bytes.length).put(bytes);
    }

    void string(String text) {
        bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    void optional(Optional<String> text) {
        out.put((byte) (text.isPresent() ? 1 : 0));
        text.ifPresent(this::string);
    }
}
