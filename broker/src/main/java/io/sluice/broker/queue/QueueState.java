package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;

/**
 * What is in a queue: entries in memory, pages out of it, and the entries that no page has yet. That a message is here is durable
 * state, changed by applying records and by nothing else (messages that are not durable take the same way, they just skip the
 * journal); <em>where</em> it is belongs to each machine.
 */
final class QueueState {
    private final long id;
    private final EntryIndex entries = new EntryIndex();
    private final PagedRuns runs;
    private final UnstoredList[] unstored;
    private final MemoryUse memory;
    private QueueDefinition definition;
    private long nextSequence = 1;
    private long residentBytes;

    QueueState(long id, QueueDefinition definition, Pages pages, MemoryUse memory) {
        this.id = id;
        this.definition = definition;
        this.memory = memory;
        this.runs = new PagedRuns(pages, memory);
        this.unstored = new UnstoredList[levelCount(definition.service())];
        for (int level = 0; level < unstored.length; level++) {
            unstored[level] = new UnstoredList();
        }
    }

    static int levelCount(QueueDefinition.Service service) {
        return service instanceof QueueDefinition.Fifo ? 1 : Message.MAX_PRIORITY + 1;
    }

    long id() {
        return id;
    }

    QueueDefinition definition() {
        return definition;
    }

    /** Those in memory. */
    EntryIndex entries() {
        return entries;
    }

    PagedRuns runs() {
        return runs;
    }

    MemoryUse memory() {
        return memory;
    }

    /** Durable entries of the level that no page has. */
    UnstoredList unstored(int level) {
        return unstored[level];
    }

    int levelCount() {
        return unstored.length;
    }

    int levelOf(Message message) {
        return unstored.length == 1 ? 0 : message.priority();
    }

    long messages() {
        return entries.size() + runs.awayMessages();
    }

    long bytes() {
        return residentBytes + runs.awayBytes();
    }

    /** One more than the highest sequence seen. */
    long nextSequence() {
        return nextSequence;
    }

    void declared(QueueDeclared declared) {
        definition = declared.definition();
        nextSequence = Math.max(nextSequence, declared.nextSequence());
    }

    void sawSequence(long sequence) {
        nextSequence = Math.max(nextSequence, sequence + 1);
    }

    /** @return the new entry, null where the message is here already */
    QueueEntry enqueued(Enqueued enqueued) {
        if (entries.find(enqueued.sequence()) != null || runs.find(enqueued.sequence()) != null) {
            return null;
        }
        sawSequence(enqueued.sequence());
        QueueEntry entry = new QueueEntry(
                enqueued, definition.durable() && enqueued.message().durable());
        comesIntoMemory(entry);
        if (entry.durable) {
            becomesUnstored(entry);
        }
        return entry;
    }

    void comesIntoMemory(QueueEntry entry) {
        entries.add(entry);
        residentBytes += entry.message.size();
        memory.add(entry.footprintBytes());
    }

    void leavesMemory(QueueEntry entry) {
        entries.remove(entry.sequence);
        residentBytes -= entry.message.size();
        memory.add(-entry.footprintBytes());
    }

    /** The next checkpoint is to take it. */
    void becomesUnstored(QueueEntry entry) {
        unstored[levelOf(entry.message)].add(entry);
        memory.addUnstored(entry.footprintBytes());
    }

    void isUnstoredNoMore(QueueEntry entry) {
        entry.unstoredIn.remove(entry);
        memory.addUnstored(-entry.footprintBytes());
    }

    /** The page that has the entry is not to have it any longer. */
    void leavesPage(QueueEntry entry) {
        PagedRun run = entry.run;
        entry.run = null;
        if (entry.links.inReady) {
            runs.unready(run);
        }
        runs.residentLeaves(run, entry.place);
    }

    /** The entry has left the queue. It must not be available. */
    void removed(QueueEntry entry) {
        leavesMemory(entry);
        if (entry.unstoredIn != null) {
            isUnstoredNoMore(entry);
        }
        if (entry.run != null) {
            leavesPage(entry);
        }
    }
}
