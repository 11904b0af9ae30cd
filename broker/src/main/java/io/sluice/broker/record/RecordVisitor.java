package io.sluice.broker.record;

/** Does something with each kind of record; a new kind does not compile until every visitor knows it. */
public interface RecordVisitor {
    void queueDeclared(JournalRecord.QueueDeclared declared);

    void queueDeleted(JournalRecord.QueueDeleted deleted);

    void enqueued(JournalRecord.Enqueued enqueued);

    void removed(JournalRecord.Removed removed);

    void returned(JournalRecord.Returned returned);

    void duplicatesRemembered(JournalRecord.DuplicatesRemembered remembered);

    void queuePaused(JournalRecord.QueuePaused paused);

    void subscribed(JournalRecord.Subscribed subscribed);

    /** For most it is what the copies are, one by one. */
    default void published(JournalRecord.Published published) {
        published.copies().forEach(this::enqueued);
    }

    void lastValues(JournalRecord.LastValues last);

    void sessionStateSet(JournalRecord.SessionStateSet set);

    void defined(DefinitionRecord definition);

    void exchange(ExchangeRecord exchange);
}
