package io.sluice.storage.tool;

import io.sluice.broker.port.MessageStore;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.QueueDeclared;

/** For who knows already what is in the store. */
final class NothingRestored implements MessageStore.Restored {
    @Override
    public void queue(QueueDeclared queue) {}

    @Override
    public void page(MessageStore.StoredPage page) {}

    @Override
    public void record(JournalRecord record) {}
}
