package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import java.util.HashSet;
import java.util.Set;

/**
 * What is in a queue: entries in memory, pages out of it, and the entries that no page has yet. That a message is here is durable
 * state, changed by applying records and by nothing else (messages that are not durable take the same way, they just skip the
 * journal); <em>where</em> it is belongs to each machine.
 */
final class QueueState {
    private final long id;
    private final EntryIndex entries = new EntryIndex();
    private final LevelDepths depths;
    private final PagedRuns runs;
    private final UnstoredList[] unstored;
    /** Of those, the ones for later, of all levels. */
    private final UnstoredList unstoredForLater = new UnstoredList();
    /** In a slice of the checkpoint that runs, which no page has yet. */
    private final UnstoredList captured = new UnstoredList();

    private final MemoryUse memory;
    private final LargeReferences large;
    private final Settings settings;
    private final SessionStates sessionStates = new SessionStates(this);
    private long nextSequence = 1;
    private long residentBytes;
    /** Decided to be superseded, not applied yet. */
    private final Set<Long> leaving = new HashSet<>();

    QueueState(long id, QueueDefinition definition, Pages pages, MemoryUse memory, LargeReferences large) {
        this.large = large;
        this.id = id;
        this.settings = new Settings(id, definition);
        this.memory = memory;
        this.depths = new LevelDepths(levelCount(definition.service()));
        this.runs = new PagedRuns(pages, memory, large, depths);
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
        return settings.definition();
    }

    Settings settings() {
        return settings;
    }

    SessionStates sessionStates() {
        return sessionStates;
    }

    /** Those in memory. */
    EntryIndex entries() {
        return entries;
    }

    /** Of all messages, in memory and out of it. */
    LevelDepths depths() {
        return depths;
    }

    PagedRuns runs() {
        return runs;
    }

    MemoryUse memory() {
        return memory;
    }

    LargeReferences large() {
        return large;
    }

    /** Durable entries of the level that no page has. */
    UnstoredList unstored(int level) {
        return unstored[level];
    }

    /** As {@link #unstored}, of all levels, for those that were scheduled when they came here. */
    UnstoredList unstoredForLater() {
        return unstoredForLater;
    }

    /** Those that are in a slice and not stored yet. */
    UnstoredList captured() {
        return captured;
    }

    int levelCount() {
        return unstored.length;
    }

    int levelOf(Message message) {
        return unstored.length == 1 ? 0 : message.priority();
    }

    long messages() {
        return entries.size() + runs.away().messages();
    }

    long bytes() {
        return residentBytes + runs.away().bytes();
    }

    /** Whether a newer message is decided to take the place of this one. */
    boolean isLeaving(long sequence) {
        return !leaving.isEmpty() && leaving.contains(sequence);
    }

    Set<Long> leaving() {
        return leaving;
    }

    /** One more than the highest sequence seen. */
    long nextSequence() {
        return nextSequence;
    }

    void declared(QueueDeclared declared) {
        settings.declared(declared);
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
                enqueued, definition().durable() && enqueued.message().durable());
        comesIntoMemory(entry);
        large.came(entry.message);
        return entry;
    }

    void comesIntoMemory(QueueEntry entry) {
        entries.add(entry);
        depths.add(levelOf(entry.message), 1);
        residentBytes += entry.message.size();
        memory.comes(entry.message, entry.overheadBytes());
    }

    void leavesMemory(QueueEntry entry) {
        entries.remove(entry.sequence);
        depths.add(levelOf(entry.message), -1);
        residentBytes -= entry.message.size();
        memory.goes(entry.message, entry.overheadBytes());
    }

    /** The next checkpoint is to take it. */
    void becomesUnstored(QueueEntry entry) {
        // One that comes back to wait is not yet where it waits.
        boolean forLater = entry.state == QueueEntry.State.SCHEDULED
                || (entry.state == QueueEntry.State.SETTLING && entry.deliverAtMillis != 0);
        (forLater ? unstoredForLater : unstored[levelOf(entry.message)]).add(entry);
        memory.becomesUnstored(entry.message, entry.overheadBytes());
    }

    void isUnstoredNoMore(QueueEntry entry) {
        entry.unstoredIn.remove(entry);
        memory.isUnstoredNoMore(entry.message, entry.overheadBytes());
    }

    /** The page that has the entry is not to have it any longer. */
    void leavesPage(QueueEntry entry) {
        PagedRun run = entry.run;
        entry.run = null;
        if (entry.isHeld()) {
            runs.heldNoMore(run);
        }
        runs.residentLeaves(run, entry.place);
    }

    /** An entry that came back leaves its page where the others wait and it does not, or it does: out of memory it would be one of them. */
    void leavesUnlikePage(QueueEntry entry) {
        if (entry.run != null && entry.run.isScheduled != (entry.state == QueueEntry.State.SCHEDULED)) {
            leavesPage(entry);
            becomesUnstored(entry);
        }
    }

    /** The entry has left the queue. It must not be available. */
    void removed(QueueEntry entry) {
        leavesMemory(entry);
        large.left(entry.message);
        if (entry.unstoredIn != null) {
            isUnstoredNoMore(entry);
        }
        if (entry.run != null) {
            leavesPage(entry);
        }
    }
}
