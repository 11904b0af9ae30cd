package io.sluice.broker.record;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.MessageGroup;
import io.sluice.broker.QueueDefinition;
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
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** Bytes that a record takes in its binary form; see {@link RecordCodec}. One use, one thread. */
final class EncodedSize implements RecordVisitor {
    int bytes;

    @Override
    public void queueDeclared(QueueDeclared declared) {
        QueueDefinition definition = declared.definition();
        int service = definition.service() instanceof QueueDefinition.Weighted ? 1 + 2 * 10 : 1;
        bytes = RecordCodec.HEAD
                + 8
                + string(definition.name())
                + 1
                + service
                + 8
                + 8
                + 1
                + 8
                + optional(definition.deadLetter().queue())
                + optional(definition.deadLetter().expiryQueue())
                + 4
                + 4
                + 8
                + string(definition.deduplication().property())
                + Extensions.size(definition);
    }

    @Override
    public void queueDeleted(QueueDeleted deleted) {
        bytes = RecordCodec.HEAD;
    }

    @Override
    public void enqueued(Enqueued enqueued) {
        bytes = RecordCodec.ENQUEUED_FIXED + string(enqueued.duplicateId()) + message(enqueued.message());
    }

    /** Beyond what every message takes. */
    static int message(Message message) {
        return annotations(message.added())
                + message.encoded().length
                + (message.isLarge() ? 8 + 8 : 0)
                + group(message.group())
                + (message.publisher() == 0 ? 0 : 8);
    }

    @Override
    public void subscribed(Subscribed subscribed) {
        bytes = RecordCodec.HEAD + TopicRecords.size(subscribed);
    }

    @Override
    public void published(Published published) {
        bytes = RecordCodec.HEAD + TopicRecords.size(published);
    }

    @Override
    public void removed(Removed removed) {
        bytes = RecordCodec.HEAD + 1 + 4 + 16 * removed.sequences().rangeCount();
    }

    @Override
    public void returned(Returned returned) {
        bytes = RecordCodec.HEAD + 8 + 4 + annotations(returned.added()) + (returned.deliverAtMillis() == 0 ? 0 : 8);
    }

    @Override
    public void duplicatesRemembered(DuplicatesRemembered remembered) {
        bytes = RecordCodec.HEAD + 4;
        for (Remembered id : remembered.ids()) {
            bytes += string(id.id()) + 8;
        }
    }

    @Override
    public void queuePaused(QueuePaused paused) {
        bytes = RecordCodec.HEAD + 1;
    }

    private static int group(MessageGroup group) {
        return group.isNone() ? 0 : string(group.id()) + 4;
    }

    @Override
    public void lastValues(LastValues last) {
        bytes = RecordCodec.HEAD + LifeRecords.size(last);
    }

    @Override
    public void sessionStateSet(SessionStateSet set) {
        bytes = RecordCodec.HEAD + SessionRecords.size(set);
    }

    @Override
    public void defined(DefinitionRecord definition) {
        bytes = RecordCodec.HEAD + DefinitionCodec.size(definition);
    }

    @Override
    public void exchange(ExchangeRecord exchange) {
        bytes = RecordCodec.HEAD + ExchangeCodec.size(exchange);
    }

    static int annotations(Annotations annotations) {
        int bytes = 4;
        if (!annotations.isEmpty()) {
            for (Map.Entry<String, Annotations.Value> entry :
                    annotations.values().entrySet()) {
                bytes += string(entry.getKey()) + 1;
                if (entry.getValue() instanceof Annotations.Text text) {
                    bytes += string(text.value());
                } else if (entry.getValue() instanceof Annotations.Encoded encoded) {
                    bytes += 4 + encoded.bytes().length;
                } else if (entry.getValue() instanceof Annotations.Maps list) {
                    bytes += 4
                            + list.maps().stream()
                                    .mapToInt(EncodedSize::annotations)
                                    .sum();
                } else {
                    bytes += 8;
                }
            }
        }
        return bytes;
    }

    static int string(String text) {
        return text.isEmpty() ? 4 : 4 + text.getBytes(StandardCharsets.UTF_8).length;
    }

    static int optional(Optional<String> text) {
        return 1 + text.map(EncodedSize::string).orElse(0);
    }
}
