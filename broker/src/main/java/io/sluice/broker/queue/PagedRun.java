package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.port.MessageStore.StoredPage;
import io.sluice.broker.record.JournalRecord.Enqueued;
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
            Comparator.comparingLong(PagedRun::firstSequence).thenComparingLong(PagedRun::page);
    static final Comparator<PagedRun> BY_DELIVERY =
            Comparator.comparingLong((PagedRun run) -> run.firstDeliveryMillis).thenComparingLong(PagedRun::page);
    static final Comparator<PagedRun> BY_EXPIRY =
            Comparator.comparingLong((PagedRun run) -> run.soonestExpiryMillis).thenComparingLong(PagedRun::page);
    /** In memory, with its places in the sets, without the offsets of its sequences; about. */
    private static final long BYTES = 260;

    /** What else is known of it. */
    enum Mark {
        /** Places in the sets of {@link PagedLevel}. */
        LISTED_OUT,
        LISTED_EVICTABLE,
        /** A read of it is under way. */
        LOADING,
        /** All that is out is wanted; without: the read is for what is due. */
        WANTED_WHOLE,
        /** Little was left of it when the last checkpoint began. */
        WAS_SPARSE,
        /** Its messages are to be packed anew when it is loaded. */
        DISSOLVING,
        /** A message of it was with a consumer before it went out of memory. */
        ACQUIRED
    }

    private final PageOutline outline;
    private final long[] live;
    private final long[] out;
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
    /** Its messages wait for their time; false: they are available. */
    boolean isScheduled;

    State state;
    private int marks;

    /** A page that a checkpoint under way has just got. */
    PagedRun(long page, int level, List<Enqueued> messages) {
        this(PageOutline.of(page, level, messages), State.PENDING);
        soonestExpiryMillis = Message.NONE;
    }

    /** A page of an earlier life; everything that is live is out. */
    PagedRun(StoredPage stored) {
        this(PageOutline.of(stored), State.STORED);
        if (stored.live() != null) {
            System.arraycopy(stored.live(), 0, live, 0, live.length);
            liveCount = BitRow.count(live);
        }
        System.arraycopy(live, 0, out, 0, live.length);
        outCount = liveCount;
        outBytes = stored.bytes() * liveCount / count();
        soonestExpiryMillis = stored.soonestExpiryMillis();
        firstDeliveryMillis = stored.firstDeliveryMillis();
        isScheduled = stored.lastDeliveryMillis() != 0;
    }

    private PagedRun(PageOutline outline, State state) {
        this.outline = outline;
        this.live = BitRow.all(outline.count);
        this.out = BitRow.none(outline.count);
        this.liveCount = outline.count;
        this.state = state;
    }

    /** Stands before every run that begins at {@code sequence}; for searches only. */
    static PagedRun before(long sequence) {
        return new PagedRun(PageOutline.at(sequence, 0), State.GONE);
    }

    /** Stands behind every run that begins at {@code sequence}; for searches only. */
    static PagedRun behind(long sequence) {
        return new PagedRun(PageOutline.at(sequence, Long.MAX_VALUE), State.GONE);
    }

    boolean is(Mark mark) {
        return (marks & 1 << mark.ordinal()) != 0;
    }

    void mark(Mark mark, boolean is) {
        int bit = 1 << mark.ordinal();
        marks = is ? marks | bit : marks & ~bit;
    }

    long page() {
        return outline.page;
    }

    int level() {
        return outline.level;
    }

    long firstSequence() {
        return outline.firstSequence;
    }

    int count() {
        return outline.count;
    }

    /** Whether there is something in the page that may be looked at. */
    boolean isReadable() {
        return state == State.STORED && outCount > 0;
    }

    /** Of those in memory that are available or scheduled; an estimate. */
    long heldBytes() {
        return outline.bytes * heldCount / outline.count;
    }

    /** Whether all of its messages are due. */
    boolean isWhollyDue(long nowMillis) {
        return outline.lastDeliveryMillis <= nowMillis;
    }

    long footprintBytes() {
        return BYTES + outline.offsetBytes();
    }

    long sequence(int index) {
        return outline.sequence(index);
    }

    long lastSequence() {
        return outline.sequence(outline.count - 1);
    }

    /** See {@link PageOutline#indexOf}. */
    int indexOf(long sequence) {
        return outline.indexOf(sequence);
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
        return outline.largeBody(index);
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
        return "page " + page() + " (messages " + firstSequence() + " to " + lastSequence() + ")";
    }
}
