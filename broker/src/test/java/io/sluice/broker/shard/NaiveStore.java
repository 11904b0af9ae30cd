package io.sluice.broker.shard;

import io.sluice.broker.LargeBody;
import io.sluice.broker.Message;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.RecordCodec;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A store in memory whose checkpoints and reads go step by step, as a test wants. It keeps bytes, uses the number of a page again as
 * soon as it may, and fails loudly when it is used otherwise than the port says.
 */
final class NaiveStore implements MessageStore {
    /** What a page holds; places forgotten before a checkpoint began are gone from its content. */
    private record Page(int level, List<byte[]> messages, BitSet live) {
        Page copy() {
            return new Page(level, messages, (BitSet) live.clone());
        }
    }

    private record Place(long page, int index) {}

    private record Read(long page, PageListener listener) {}

    private TreeMap<Long, Page> content = new TreeMap<>();
    /** In the order they were written. */
    private List<Long> order = new ArrayList<>();

    private List<QueueDeclared> queues = List.of();
    private List<byte[]> records = List.of();
    private JournalPosition position = JournalPosition.START;

    /** What the shard has not forgotten, by page. */
    private final Map<Long, BitSet> remembered = new TreeMap<>();

    private final List<Place> forgotten = new ArrayList<>();
    private final ArrayDeque<Read> reads = new ArrayDeque<>();
    private final Set<Long> unreadable = new HashSet<>();
    /** Reads wait for {@link #answerRead}. */
    boolean holdsReads;
    /** Most messages in a page. */
    int pageMessages = 4;
    /** A checkpoint runs by itself from beginning to end, as it does while a shard recovers. */
    boolean runsByItself;
    /** A checkpoint that runs by itself fails. */
    boolean failsByItself;

    boolean hurried;
    /** Checkpoints that ran by themselves and were not in a hurry. */
    int pacedCount;

    int readCount;
    int checkpointCount;

    private CheckpointSource source;
    private CheckpointListener listener;
    private Beginning beginning;
    /** By this checkpoint. */
    private List<Place> forgottenBefore;

    private TreeMap<Long, Page> working;
    private List<Long> workingOrder;
    private Slice slice;
    private boolean ended;

    @Override
    public JournalPosition restore(Restored restored) {
        queues.forEach(restored::queue);
        for (long page : order) {
            restored.page(stored(page, content.get(page)));
            remembered.put(page, (BitSet) content.get(page).live.clone());
        }
        records.forEach(bytes -> restored.record(RecordCodec.read(ByteBuffer.wrap(bytes))));
        return position;
    }

    private static StoredPage stored(long number, Page page) {
        List<Enqueued> messages = decode(page);
        long[] live = null;
        if (page.live.cardinality() < messages.size()) {
            live = java.util.Arrays.copyOf(page.live.toLongArray(), (messages.size() + 63) / 64);
        }
        long soonest = messages.stream()
                .mapToLong(Enqueued::expiresAtMillis)
                .filter(expiry -> expiry != Message.NONE)
                .min()
                .orElse(Message.NONE);
        return new StoredPage(
                number,
                messages.get(0).queueId(),
                page.level,
                messages.stream().mapToLong(Enqueued::sequence).toArray(),
                live,
                messages.stream().mapToLong(each -> each.message().size()).sum(),
                soonest,
                messages.stream().mapToLong(Enqueued::deliverAtMillis).min().orElse(0),
                messages.stream().mapToLong(Enqueued::deliverAtMillis).max().orElse(0),
                largeBodies(messages));
    }

    private static long[] largeBodies(List<Enqueued> messages) {
        if (messages.stream().noneMatch(each -> each.message().isLarge())) {
            return null;
        }
        return messages.stream()
                .mapToLong(each -> each.message().largeBody().map(LargeBody::id).orElse(0L))
                .toArray();
    }

    private static byte[] encode(JournalRecord record) {
        ByteBuffer out = ByteBuffer.allocate(RecordCodec.size(record));
        RecordCodec.write(record, out);
        return out.array();
    }

    private static List<Enqueued> decode(Page page) {
        return page.messages.stream()
                .map(bytes -> (Enqueued) RecordCodec.read(ByteBuffer.wrap(bytes)))
                .toList();
    }

    // ---- reading and forgetting

    @Override
    public void forget(long page, int index) {
        BitSet places = remembered(page, "forgets a message");
        check(places.get(index), "forgets message " + index + " of page " + page + " twice");
        places.clear(index);
        forgotten.add(new Place(page, index));
        if (places.isEmpty()) {
            remembered.remove(page);
        }
    }

    @Override
    public void forgetPage(long page) {
        BitSet places = remembered(page, "forgets all");
        places.stream().forEach(index -> forgotten.add(new Place(page, index)));
        remembered.remove(page);
    }

    @Override
    public void read(long page, PageListener to) {
        remembered(page, "reads");
        readCount++;
        reads.add(new Read(page, to));
        if (!holdsReads) {
            answerRead();
        }
    }

    private BitSet remembered(long page, String what) {
        BitSet places = remembered.get(page);
        check(places != null, what + " of page " + page + ", of which nothing is left");
        return places;
    }

    private static void check(boolean condition, String misuse) {
        if (!condition) {
            throw new IllegalStateException(misuse);
        }
    }

    @Override
    public List<Enqueued> readNow(long page) throws StorageException {
        remembered(page, "reads");
        return decode(content.get(page));
    }

    /** From here on the page cannot be read. */
    void damage(long page) {
        unreadable.add(page);
    }

    /** It can be read again. */
    void repair() {
        unreadable.clear();
    }

    Set<Long> pages() {
        return content.keySet();
    }

    int readsWaiting() {
        return reads.size();
    }

    /** Answers the oldest read with what the page holds <em>now</em>, which may be another page's content. */
    void answerRead() {
        Read read = reads.remove();
        Page page = working != null && working.containsKey(read.page) ? working.get(read.page) : content.get(read.page);
        if (unreadable.contains(read.page) || page == null) {
            read.listener.failed(new StorageException("page " + read.page + " is damaged"));
        } else {
            read.listener.loaded(decode(page));
        }
    }

    @Override
    public void hurry(boolean urgent) {
        check(hurried != urgent, "is told twice to hurry: " + urgent);
        hurried = urgent;
    }

    // ---- checkpoints

    @Override
    public void checkpoint(CheckpointSource newSource, CheckpointListener newListener) {
        check(source == null, "two checkpoints at a time");
        checkpointCount++;
        source = newSource;
        listener = newListener;
        beginning = null;
        working = null;
        slice = null;
        ended = false;
        if (runsByItself) {
            pacedCount += hurried ? 0 : 1;
            source.begin(answer -> {
                begun(answer);
                nextByItself();
            });
        }
    }

    private void nextByItself() {
        source.next(60 << 10, answer -> {
            taken(answer);
            if (failsByItself) {
                fail();
            } else if (ended) {
                complete();
            } else {
                stored();
                nextByItself();
            }
        });
    }

    boolean isRunning() {
        return source != null;
    }

    boolean hasBegun() {
        return beginning != null;
    }

    boolean hasSlice() {
        return slice != null;
    }

    /** Of the checkpoint that runs. */
    Beginning beginning() {
        return beginning;
    }

    Slice slice() {
        return slice;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Messages in the last checkpoint. */
    int size() {
        return content.values().stream()
                .mapToInt(page -> page.live.cardinality())
                .sum();
    }

    void begin() {
        source.begin(this::begun);
    }

    private void begun(Beginning answer) {
        beginning = answer;
        working = new TreeMap<>();
        content.forEach((number, page) -> working.put(number, page.copy()));
        workingOrder = new ArrayList<>(order);
        forgottenBefore = new ArrayList<>(forgotten);
        forgotten.clear();
        for (Place place : forgottenBefore) {
            Page page = working.get(place.page);
            page.live.clear(place.index);
            if (page.live.isEmpty()) {
                working.remove(place.page);
                workingOrder.remove(place.page);
            }
        }
    }

    void next(int maxBytes) {
        source.next(maxBytes, this::taken);
    }

    private void taken(Slice answer) {
        ended = answer.messages().isEmpty();
        slice = ended ? null : answer;
        long last = 0;
        for (Enqueued message : answer.messages()) {
            check(message.sequence() > last, "a slice is ascending by sequence");
            check(message.queueId() == answer.messages().get(0).queueId(), "a slice is of one queue");
            last = message.sequence();
        }
    }

    void stored() {
        List<Enqueued> messages = slice.messages();
        for (int from = 0; from < messages.size(); from += pageMessages) {
            List<Enqueued> part = messages.subList(from, Math.min(messages.size(), from + pageMessages));
            long number = 1;
            while (working.containsKey(number) || remembered.containsKey(number)) {
                number++;
            }
            Page page = new Page(
                    slice.level(), part.stream().map(NaiveStore::encode).toList(), new BitSet());
            page.live.set(0, part.size());
            working.put(number, page);
            workingOrder.add(number);
            remembered.put(number, (BitSet) page.live.clone());
            source.stored(part, number);
        }
        slice = null;
    }

    void complete() {
        content = working;
        order = workingOrder;
        queues = beginning.queues();
        records = beginning.records().stream().map(NaiveStore::encode).toList();
        position = beginning.position();
        working = null;
        source = null;
        listener.completed(position);
    }

    void fail() {
        if (working != null) {
            // Its pages are void: nobody may ask for them again, and their numbers are free.
            for (long number : workingOrder.subList(keptOf(workingOrder), workingOrder.size())) {
                remembered.remove(number);
            }
            forgotten.addAll(0, forgottenBefore);
        }
        working = null;
        source = null;
        listener.failed(new StorageException("the disk is full"));
    }

    private int keptOf(List<Long> all) {
        int kept = 0;
        while (kept < all.size() && order.contains(all.get(kept)) && isOld(all, kept)) {
            kept++;
        }
        return kept;
    }

    /** A number freed by this checkpoint may have been used again in it. */
    private boolean isOld(List<Long> all, int at) {
        return working.get(all.get(at)).messages == content.get(all.get(at)).messages;
    }

    /** As after a crash: what was under way is gone, what was completed stands. */
    NaiveStore afterCrash() {
        NaiveStore after = new NaiveStore();
        content.forEach((number, page) -> after.content.put(number, page.copy()));
        after.order = new ArrayList<>(order);
        after.queues = queues;
        after.records = records;
        after.position = position;
        after.pageMessages = pageMessages;
        return after;
    }

    @Override
    public void close() {}
}
