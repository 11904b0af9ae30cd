package io.sluice.storage;

import io.sluice.broker.LargeBody;
import io.sluice.broker.Message;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;

/** The simplest store there is: maps in memory, everything on the caller's thread. What the real one is compared with. */
public final class MemoryStore implements MessageStore {
    private Content content = new Content();
    private TreeMap<Long, Page> writing = new TreeMap<>();
    private List<Forgotten> forgotten = new ArrayList<>();
    private long lastPage;
    private boolean failing;

    private record Page(int level, List<Enqueued> messages, Set<Integer> gone) {
        private Page copy() {
            return new Page(level, messages, new HashSet<>(gone));
        }
    }

    /** @param index -1 for the whole page */
    private record Forgotten(long page, int index) {}

    private static final class Content {
        private JournalPosition position = JournalPosition.START;
        private List<QueueDeclared> queues = List.of();
        private List<JournalRecord> records = List.of();
        private TreeMap<Long, Page> pages = new TreeMap<>();
    }

    /** Whether checkpoints fail from now on. */
    public void failing(boolean fails) {
        failing = fails;
    }

    @Override
    public JournalPosition restore(Restored restored) {
        Set<Long> known = new TreeSet<>();
        for (QueueDeclared queue : content.queues) {
            known.add(queue.queueId());
            restored.queue(queue);
        }
        content.pages
                .values()
                .removeIf(page -> !known.contains(page.messages.get(0).queueId()));
        content.pages.forEach((number, page) -> restored.page(describe(number, page)));
        content.records.forEach(restored::record);
        return content.position;
    }

    private static StoredPage describe(long number, Page page) {
        long[] live = new long[(page.messages.size() + 63) / 64];
        long bytes = 0;
        long soonest = Message.NONE;
        long first = Long.MAX_VALUE;
        long last = 0;
        long[] bodies = new long[page.messages.size()];
        for (int i = 0; i < page.messages.size(); i++) {
            Enqueued message = page.messages.get(i);
            live[i / 64] |= page.gone.contains(i) ? 0 : 1L << i;
            bytes += message.message().size();
            boolean sooner = soonest == Message.NONE || message.expiresAtMillis() < soonest;
            soonest = message.expiresAtMillis() != Message.NONE && sooner ? message.expiresAtMillis() : soonest;
            first = Math.min(first, message.deliverAtMillis());
            last = Math.max(last, message.deliverAtMillis());
            bodies[i] = message.message().largeBody().map(LargeBody::id).orElse(0L);
        }
        return new StoredPage(
                number,
                page.messages.get(0).queueId(),
                page.level,
                page.messages.stream().mapToLong(Enqueued::sequence).toArray(),
                page.gone.isEmpty() ? null : live,
                bytes,
                soonest,
                first,
                last,
                LongStream.of(bodies).anyMatch(body -> body != 0) ? bodies : null);
    }

    @Override
    public void checkpoint(CheckpointSource source, CheckpointListener listener) {
        writing = new TreeMap<>();
        content.pages.forEach((number, page) -> writing.put(number, page.copy()));
        Content next = new Content();
        source.begin(beginning -> {
            next.position = beginning.position();
            next.queues = beginning.queues();
            next.records = beginning.records();
            forgotten.forEach(this::leaveOut);
            forgotten = failing ? forgotten : new ArrayList<>();
        });
        for (Slice slice = next(source); !slice.messages().isEmpty(); slice = next(source)) {
            writing.put(++lastPage, new Page(slice.level(), slice.messages(), new HashSet<>()));
            source.stored(slice.messages(), lastPage);
        }
        next.pages = writing;
        if (failing) {
            writing = content.pages;
            listener.failed(new StorageException("told to fail"));
        } else {
            content = next;
            listener.completed(next.position);
        }
    }

    private void leaveOut(Forgotten one) {
        Page page = writing.get(one.page);
        if (page != null && one.index >= 0) {
            page.gone.add(one.index);
        }
        if (page != null && (one.index < 0 || page.gone.size() == page.messages.size())) {
            writing.remove(one.page);
        }
    }

    private static Slice next(CheckpointSource source) {
        Slice[] next = {null};
        source.next(60_000, slice -> next[0] = slice);
        return next[0];
    }

    @Override
    public void hurry(boolean urgent) {}

    @Override
    public void forget(long page, int index) {
        forgotten.add(new Forgotten(page, index));
    }

    @Override
    public void forgetPage(long page) {
        forgotten.add(new Forgotten(page, -1));
    }

    @Override
    public void read(long page, PageListener listener) {
        List<Enqueued> messages;
        try {
            messages = readNow(page);
        } catch (StorageException e) {
            listener.failed(e);
            return;
        }
        listener.loaded(messages);
    }

    @Override
    public List<Enqueued> readNow(long page) throws StorageException {
        Page found = writing.get(page);
        if (found == null) {
            throw new StorageException("no page " + page);
        }
        return found.messages;
    }

    /** Opened again, it holds what the last checkpoint left. */
    @Override
    public void close() {
        forgotten = new ArrayList<>();
        writing = content.pages;
    }
}
