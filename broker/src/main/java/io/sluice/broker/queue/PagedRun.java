package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.port.MessageStore.StoredPage;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * What is remembered of one page: which messages stand in it, which of them are still in the queue (<em>live</em>), and which of
 * those are out of memory (<em>out</em>). There is one per 64 KB of backlog, so every field counts. Changed by {@link PagedRuns}.
 */
final class PagedRun {
    enum State {
        /** Its checkpoint still runs: everything of it is resident, and it may come to nothing. */
        PENDING,
        STORED,
        /** What is out is decided to leave the queue, and not applied yet. */
        LEAVING,
        /** The page cannot be read. */
        DAMAGED,
        /** Void, or nothing of it is left. */
        GONE
    }

    static final Comparator<PagedRun> BY_SEQUENCE =
            Comparator.comparingLong((PagedRun run) -> run.firstSequence).thenComparingLong(run -> run.page);
    static final Comparator<PagedRun> BY_DELIVERY =
            Comparator.comparingLong((PagedRun run) -> run.firstDeliveryMillis).thenComparingLong(run -> run.page);
    static final Comparator<PagedRun> BY_EXPIRY =
            Comparator.comparingLong((PagedRun run) -> run.soonestExpiryMillis).thenComparingLong(run -> run.page);
    /** In memory, with its places in the sets, without {@link #offsets}; about. */
    private static final long BYTES = 240;

    final long page;
    final int level;
    final long firstSequence;
    /** Of each message from {@link #firstSequence}; null where the sequences have no gap. */
    private final int[] offsets;

    private final int count;
    private final long[] live;
    private final long[] out;
    /** Of all its messages, also of those that left. */
    private final long bytes;
    /** Ids of bodies that are kept apart, 0 for none; null where no message has one. */
    private final long[] largeBodies;

    int liveCount;
    int outCount;
    /** Of the messages that are out; an estimate once one of them left without having been read. */
    long outBytes;
    /** Entries in memory that are available or scheduled. */
    int heldCount;
    /** Not after any message that is out expires; {@link Message#NONE} where none does. */
    long soonestExpiryMillis;

    /** No message that is out is to be delivered before; only where {@link #isScheduled}. */
    long firstDeliveryMillis;

    private final long lastDeliveryMillis;
    /** Its messages wait for their time; false: they are available. */
    boolean isScheduled;

    State state;
    /** Places in the sets of {@link PagedLevel}. */
    boolean isListedOut;

    boolean isListedEvictable;
    /** A read of it is under way. */
    boolean loading;
    /** All that is out is wanted; false: the read is for what is due. */
    boolean wantedWhole;
    /** Little was left of it when the last checkpoint began. */
    boolean wasSparse;
    /** Its messages are to be packed anew when it is loaded. */
    boolean dissolving;
    /** A message of it was with a consumer before it went out of memory. */
    boolean acquired;

    /** A page that a checkpoint under way has just got. */
    PagedRun(long page, int level, List<Enqueued> messages) {
        this(
                page,
                level,
                sequences(messages),
                bytes(messages),
                largeBodies(messages),
                lastDelivery(messages),
                State.PENDING);
        soonestExpiryMillis = Message.NONE;
    }

    /** A page of an earlier life; everything that is live is out. */
    PagedRun(StoredPage stored) {
        this(
                stored.page(),
                stored.level(),
                stored.sequences(),
                stored.bytes(),
                stored.largeBodies(),
                stored.lastDeliveryMillis(),
                State.STORED);
        if (stored.live() != null) {
            System.arraycopy(stored.live(), 0, live, 0, live.length);
            liveCount = BitRow.count(live);
        }
        System.arraycopy(live, 0, out, 0, live.length);
        outCount = liveCount;
        outBytes = stored.bytes() * liveCount / Math.max(1, count);
        soonestExpiryMillis = stored.soonestExpiryMillis();
        firstDeliveryMillis = stored.firstDeliveryMillis();
        isScheduled = stored.lastDeliveryMillis() != 0;
    }

    private PagedRun(
            long page,
            int level,
            long[] sequences,
            long bytes,
            long[] largeBodies,
            long lastDeliveryMillis,
            State state) {
        this.page = page;
        this.lastDeliveryMillis = lastDeliveryMillis;
        this.bytes = bytes;
        this.level = level;
        this.count = sequences.length;
        this.firstSequence = sequences[0];
        this.offsets = sequences[count - 1] - sequences[0] == count - 1 ? null : offsets(sequences);
        this.live = BitRow.all(count);
        this.out = BitRow.none(count);
        this.largeBodies = largeBodies;
        this.liveCount = count;
        this.state = state;
    }

    /** Stands before every run that begins at {@code sequence}; for searches only. */
    private PagedRun(long sequence, long page) {
        this.page = page;
        this.bytes = 0;
        this.level = 0;
        this.count = 0;
        this.firstSequence = sequence;
        this.offsets = null;
        this.live = null;
        this.out = null;
        this.largeBodies = null;
        this.lastDeliveryMillis = 0;
    }

    static PagedRun before(long sequence) {
        return new PagedRun(sequence, 0);
    }

    static PagedRun behind(long sequence) {
        return new PagedRun(sequence, Long.MAX_VALUE);
    }

    private static long[] sequences(List<Enqueued> messages) {
        long[] sequences = new long[messages.size()];
        for (int i = 0; i < sequences.length; i++) {
            sequences[i] = messages.get(i).sequence();
        }
        return sequences;
    }

    private static long bytes(List<Enqueued> messages) {
        long bytes = 0;
        for (Enqueued message : messages) {
            bytes += message.message().size();
        }
        return bytes;
    }

    private static long lastDelivery(List<Enqueued> messages) {
        long last = 0;
        for (Enqueued message : messages) {
            last = Math.max(last, message.deliverAtMillis());
        }
        return last;
    }

    private static long[] largeBodies(List<Enqueued> messages) {
        long[] ids = null;
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i).message();
            if (message.isLarge()) {
                ids = ids == null ? new long[messages.size()] : ids;
                ids[i] = message.largeBody().orElseThrow().id();
            }
        }
        return ids;
    }

    private static int[] offsets(long[] sequences) {
        int[] offsets = new int[sequences.length];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = Math.toIntExact(sequences[i] - sequences[0]);
        }
        return offsets;
    }

    int count() {
        return count;
    }

    /** Whether there is something in the page that may be looked at. */
    boolean isReadable() {
        return state == State.STORED && outCount > 0;
    }

    /** Of those in memory that are available or scheduled; an estimate. */
    long heldBytes() {
        return bytes * heldCount / count;
    }

    /** Whether all of its messages are due. */
    boolean isWhollyDue(long nowMillis) {
        return lastDeliveryMillis <= nowMillis;
    }

    long footprintBytes() {
        return BYTES + (offsets == null ? 0 : 4L * count);
    }

    long sequence(int index) {
        return firstSequence + (offsets == null ? index : offsets[index]);
    }

    long lastSequence() {
        return sequence(count - 1);
    }

    /** @return where the message stands, negative where it does not: {@code -(insertion point) - 1} */
    int indexOf(long sequence) {
        long offset = sequence - firstSequence;
        if (offset < 0) {
            return -1;
        }
        if (offset > Integer.MAX_VALUE) {
            return -count - 1;
        }
        if (offsets != null) {
            return Arrays.binarySearch(offsets, (int) offset);
        }
        return offset < count ? (int) offset : -count - 1;
    }

    boolean isLive(int index) {
        return BitRow.has(live, index);
    }

    boolean isOut(int index) {
        return BitRow.has(out, index);
    }

    /** @return the place of the first live message at or behind {@code from}, -1 where there is none */
    int nextLive(int from) {
        return BitRow.next(live, from);
    }

    /** @return the place of the first message at or behind {@code from} that is out, -1 where there is none */
    int nextOut(int from) {
        return BitRow.next(out, from);
    }

    /** As {@link #nextOut(int)}, by sequence. */
    int nextOutFrom(long sequence) {
        int index = indexOf(sequence);
        return nextOut(index < 0 ? -index - 1 : index);
    }

    /** Id of the message's body where it is kept apart, 0 where it is not. */
    long largeBody(int index) {
        return largeBodies == null ? 0 : largeBodies[index];
    }

    /** The message is in the queue no longer, or stands elsewhere. */
    void leaves(int index) {
        BitRow.clear(live, index);
        liveCount--;
    }

    void goesOut(int index, int size, long expiresAtMillis, long deliverAtMillis) {
        BitRow.set(out, index);
        if (outCount == 0) {
            soonestExpiryMillis = Message.NONE;
            firstDeliveryMillis = Long.MAX_VALUE;
        }
        firstDeliveryMillis = Math.min(firstDeliveryMillis, deliverAtMillis);
        if (expiresAtMillis != Message.NONE) {
            soonestExpiryMillis = soonestExpiryMillis == Message.NONE
                    ? expiresAtMillis
                    : Math.min(soonestExpiryMillis, expiresAtMillis);
        }
        outCount++;
        outBytes += size;
    }

    /** It is read again, or leaves without. @return what it counted for, in bytes */
    long isOutNoMore(int index) {
        BitRow.clear(out, index);
        long share = outCount == 1 ? outBytes : outBytes / outCount;
        outCount--;
        outBytes -= share;
        return share;
    }

    @Override
    public String toString() {
        return "page " + page + " (messages " + firstSequence + " to " + lastSequence() + ")";
    }
}
