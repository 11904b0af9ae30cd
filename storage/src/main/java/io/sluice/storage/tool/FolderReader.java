package io.sluice.storage.tool;

import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.ExchangeRecord;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Published;
import io.sluice.broker.record.SequenceRanges;
import io.sluice.storage.Damage;
import io.sluice.storage.NewerFormatException;
import io.sluice.storage.journal.JournalScan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a stopped folder as a broker would at its start, but goes on where something is damaged. First which messages there are, with a
 * bit for each in memory; then, as often as wanted, the messages, one after the other. One thread.
 */
public final class FolderReader implements AutoCloseable {
    private final StoppedFolder folder;
    private final FolderState state = new FolderState();
    private final List<Damage> damages = new ArrayList<>();
    private final JournalCounts counts = new JournalCounts();
    private final List<Unreadable> unreadable = new ArrayList<>();
    private StoredPages pages;
    private JournalPosition checkpoint = JournalPosition.START;

    private FolderReader(StoppedFolder folder) {
        this.folder = folder;
    }

    private record Unreadable(QueueContent queue, StoredPages.Page page, StorageException cause) {}

    /** What was read of the journal. */
    public static final class JournalCounts {
        private long segments;
        private long frames;
        private long records;

        public long segments() {
            return segments;
        }

        public long frames() {
            return frames;
        }

        public long records() {
            return records;
        }
    }

    /** Gets messages. */
    public interface Sink {
        /** A message as it is by now. */
        void message(QueueContent queue, Enqueued message) throws IOException, StorageException;
    }

    /** @throws StorageException a file is of a newer format, or the disk cannot be read */
    public static FolderReader open(StoppedFolder folder) throws StorageException {
        FolderReader reader = new FolderReader(folder);
        boolean opened = false;
        try {
            reader.readStore();
            reader.readJournal();
            opened = true;
            return reader;
        } finally {
            if (!opened) {
                reader.close();
            }
        }
    }

    private void readStore() throws StorageException {
        try {
            pages = StoredPages.of(folder.openStore());
        } catch (NewerFormatException e) {
            throw e;
        } catch (StorageException e) {
            checkpoint = journalBegins();
            damages.add(new Damage(
                    storeFile(),
                    0,
                    e.getMessage() + " Lost is every message that is not in the journal behind batch "
                            + checkpoint.index() + ", and every queue that is not declared there."));
            return;
        }
        checkpoint = pages.position();
        pages.records().forEach(record -> record.accept(state));
        for (StoredPages.Page page : pages.pages()) {
            for (int i = 0; i < page.sequences().length; i++) {
                if (page.live()[i]) {
                    state.present(page.queueId(), page.sequences()[i]);
                }
            }
        }
    }

    /** The position from which the journal can be read without a store: just before the oldest batch of those without a gap. */
    private JournalPosition journalBegins() throws StorageException {
        long[] first = {1};
        scan(new JournalScan.Visitor() {
            private long next;

            @Override
            public void segment(Path file, long number, long firstIndex) {
                first[0] = number == next ? first[0] : firstIndex;
                next = number + 1;
            }
        });
        return first[0] == 1 ? JournalPosition.START : new JournalPosition(1, first[0] - 1);
    }

    private Path storeFile() {
        return folder.path().resolve("store.db");
    }

    private void readJournal() throws StorageException {
        scan(new JournalScan.Visitor() {
            @Override
            public void segment(Path file, long number, long firstIndex) {
                counts.segments++;
            }

            @Override
            public void frame(Path file, long offset, long index, int batches, int bytes) {
                counts.frames++;
            }

            @Override
            public void record(Path file, long offset, long index, JournalRecord record) {
                counts.records++;
                if (index > checkpoint.index()) {
                    record.accept(state);
                }
            }

            @Override
            public void damage(Damage damage) {
                damages.add(damage);
            }

            @Override
            public void end(Path file, long offset, long index) {
                if (index < checkpoint.index()) {
                    damages.add(new Damage(
                            file,
                            offset,
                            "The journal ends at batch " + index + ", before the checkpoint's batch "
                                    + checkpoint.index() + "."));
                }
            }
        });
    }

    private void scan(JournalScan.Visitor visitor) throws StorageException {
        Path journal = folder.directory().journalFolder();
        try {
            new JournalScan(folder.disk(), journal, folder.store()).run(checkpoint, visitor);
        } catch (java.nio.file.NoSuchFileException neverStarted) {
            return;
        } catch (IOException e) {
            throw new StorageException("The journal in " + journal + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** What is not as it should be, as far as it was found. */
    public List<Damage> damages() {
        return List.copyOf(damages);
    }

    public JournalCounts journal() {
        return counts;
    }

    /**
     * Position of the checkpoint; {@link JournalPosition#START} where there is none. Where the store cannot be opened, that before the
     * oldest batch of the journal.
     */
    public JournalPosition checkpoint() {
        return checkpoint;
    }

    public Collection<QueueContent> queues() {
        return state.queues().values();
    }

    /** Users and what else is defined, as records that make it out of nothing. */
    List<DefinitionRecord> definitions() {
        return state.definitions().all();
    }

    /** Exchanges and what is bound to them, as records that make it out of nothing. */
    List<ExchangeRecord> exchanges() {
        return state.exchanges().all();
    }

    /** Users and what else is defined, as a broker would have it. */
    public Definitions defined() {
        return state.definitions().current();
    }

    long highestQueueId() {
        return state.highestQueueId();
    }

    /** Pages of the store, older ones first. */
    List<StoredPages.Page> pages() {
        return pages == null ? List.of() : pages.pages();
    }

    /** @throws StorageException the page is damaged or cannot be read */
    List<Enqueued> read(StoredPages.Page page) throws StorageException {
        return pages.read(page);
    }

    /** What the store's checkpoint remembers beside messages, as it stands there. */
    List<JournalRecord> checkpointRecords() {
        return pages == null ? List.of() : pages.records();
    }

    /** Of all queues. */
    public long messages() {
        return queues().stream().mapToLong(QueueContent::messages).sum();
    }

    /**
     * Gives every message once: those of the store page by page, then those that only the journal has. Within a queue and as far as
     * that can be, in the order of their sequences. What cannot be read is added to {@link #damages}.
     */
    public void messages(Sink sink) throws IOException, StorageException {
        Map<Long, SequenceSet> given = new HashMap<>();
        unreadable.clear();
        if (pages != null) {
            givePages(sink, given);
        }
        giveJournal(sink, given);
        for (Unreadable page : unreadable) {
            damages.add(new Damage(
                    storeFile(), 0, page.cause.getMessage(), lost(page.queue, page.page, given.get(page.queue.id()))));
        }
    }

    private void givePages(Sink sink, Map<Long, SequenceSet> given) throws IOException, StorageException {
        Map<Long, List<StoredPages.Page>> byQueue = new HashMap<>();
        for (StoredPages.Page page : pages.pages()) {
            byQueue.computeIfAbsent(page.queueId(), id -> new ArrayList<>()).add(page);
        }
        for (QueueContent queue : queues()) {
            List<StoredPages.Page> own = byQueue.computeIfAbsent(queue.id(), id -> new ArrayList<>());
            Map<Long, Long> superseded = superseded(own);
            own.sort((a, b) -> Long.compare(a.sequences()[0], b.sequences()[0]));
            for (StoredPages.Page page : own) {
                givePage(queue, page, superseded, sink, given.computeIfAbsent(queue.id(), id -> new SequenceSet()));
            }
        }
    }

    /** Of sequences that stand in several pages, the page that counts: the latest. */
    private static Map<Long, Long> superseded(List<StoredPages.Page> pages) {
        Map<Long, Long> latest = new HashMap<>();
        SequenceSet seen = new SequenceSet();
        for (StoredPages.Page page : pages) {
            for (int i = 0; i < page.sequences().length; i++) {
                if (page.live()[i] && !seen.add(page.sequences()[i])) {
                    latest.put(page.sequences()[i], page.number());
                }
            }
        }
        return latest;
    }

    private void givePage(
            QueueContent queue, StoredPages.Page page, Map<Long, Long> superseded, Sink sink, SequenceSet given)
            throws IOException, StorageException {
        List<Enqueued> messages;
        try {
            messages = pages.read(page);
        } catch (StorageException damaged) {
            unreadable.add(new Unreadable(queue, page, damaged));
            return;
        }
        for (int i = 0; i < messages.size(); i++) {
            long sequence = page.sequences()[i];
            boolean counts = page.live()[i]
                    && queue.present().contains(sequence)
                    && superseded.getOrDefault(sequence, page.number()) == page.number();
            if (counts && given.add(sequence)) {
                sink.message(queue, queue.current(messages.get(i)));
            }
        }
    }

    /** @param given what the journal has, too, is not lost */
    private static List<Damage.Lost> lost(QueueContent queue, StoredPages.Page page, SequenceSet given) {
        SequenceSet lost = new SequenceSet();
        for (int i = 0; i < page.sequences().length; i++) {
            long sequence = page.sequences()[i];
            if (page.live()[i] && queue.present().contains(sequence) && !given.contains(sequence)) {
                lost.add(sequence);
            }
        }
        if (lost.size() == 0) {
            return List.of();
        }
        SequenceRanges ranges = lost.ranges();
        return List.of(new Damage.Lost(queue.id(), ranges, Damage.Change.MESSAGE));
    }

    private void giveJournal(Sink sink, Map<Long, SequenceSet> given) throws IOException, StorageException {
        List<StorageException> failure = new ArrayList<>();
        scan(new JournalScan.Visitor() {
            @Override
            public void record(Path file, long offset, long index, JournalRecord record) throws IOException {
                if (index <= checkpoint.index() || !failure.isEmpty()) {
                    return;
                }
                List<Enqueued> messages = record instanceof Published published
                        ? published.copies()
                        : record instanceof Enqueued one ? List.of(one) : List.of();
                try {
                    for (Enqueued message : messages) {
                        giveJournaled(message, sink, given);
                    }
                } catch (StorageException e) {
                    failure.add(e);
                }
            }
        });
        if (!failure.isEmpty()) {
            throw failure.get(0);
        }
    }

    private void giveJournaled(Enqueued message, Sink sink, Map<Long, SequenceSet> given)
            throws IOException, StorageException {
        QueueContent queue = state.queues().get(message.queueId());
        if (queue != null
                && queue.present().contains(message.sequence())
                && given.computeIfAbsent(queue.id(), id -> new SequenceSet()).add(message.sequence())) {
            sink.message(queue, queue.current(message));
        }
    }

    @Override
    public void close() throws StorageException {
        if (pages != null) {
            pages.close();
        }
    }
}
