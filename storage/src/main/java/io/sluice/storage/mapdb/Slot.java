package io.sluice.storage.mapdb;

import java.util.Arrays;

/** A place for one page of messages, used again and again; in memory for as long as the store is open: about 70 bytes. */
final class Slot {
    static final int NONE = -1;

    static final byte FREE = 0;
    /** A page of messages. */
    static final byte PAGE = 1;
    /** The first part of a message larger than a page. */
    static final byte LARGE = 2;
    /** A further part of one. */
    static final byte FURTHER = 3;
    /** At the end of a row: what does not fit the descriptor of its page. */
    static final byte SEQUENCES = 4;

    private static final long GENERATION_MASK = 0xFFFF_FFFFL;

    final int number;
    final SizeClass sizeClass;
    final long bodyId;
    /** Of the body in the page file. */
    final long bodyOffset;

    byte state = FREE;
    long queueId;
    long generation;
    int count;
    int next = NONE;
    /** Null while all messages are live. */
    private long[] live;

    Slot(int number, SizeClass sizeClass, long bodyId, long bodyOffset) {
        this.number = number;
        this.sizeClass = sizeClass;
        this.bodyId = bodyId;
        this.bodyOffset = bodyOffset;
    }

    /**
     * What a slot is used for.
     *
     * @param generation of its page, the same in all slots of a row
     * @param count of messages; 0 where it goes on with what another began
     * @param next slot that goes on, {@link #NONE} where none does
     */
    record Use(byte state, long queueId, long generation, int count, int next) {}

    void use(Use use) {
        state = use.state;
        queueId = use.queueId;
        generation = use.generation;
        count = use.count;
        next = use.next;
        live = null;
    }

    Slot copy() {
        return movedTo(bodyId, bodyOffset);
    }

    /** The same, with another body. */
    Slot movedTo(long otherBodyId, long otherBodyOffset) {
        Slot copy = new Slot(number, sizeClass, otherBodyId, otherBodyOffset);
        copy.state = state;
        copy.queueId = queueId;
        copy.generation = generation;
        copy.count = count;
        copy.next = next;
        copy.live = live == null ? null : live.clone();
        return copy;
    }

    /** The page's number for the shard: where it lies, and which of all that ever lay there it is. */
    long page() {
        return (generation & GENERATION_MASK) << 31 | number + 1;
    }

    /** The slot a page's number speaks of. */
    static int numberOf(long page) {
        return (int) (page & Integer.MAX_VALUE) - 1;
    }

    /** Whether this is the page of that number, and not an earlier or later one in the same slot. */
    boolean holds(long page) {
        return (state == PAGE || state == LARGE) && page() == page;
    }

    /** A bit per message, lowest first; null where all are live. */
    long[] live() {
        return live == null ? null : live.clone();
    }

    /** @param bits with none set behind the last message */
    void live(long[] bits) {
        live = Arrays.equals(bits, all(count)) ? null : bits;
    }

    private static long[] all(int count) {
        long[] bits = new long[(count + 63) / 64];
        for (int i = 0; i < count; i++) {
            bits[i / 64] |= 1L << i;
        }
        return bits;
    }

    /** The bits to be written. */
    long[] liveBits() {
        return live == null ? all(count) : live;
    }

    /** @return whether one of them was live */
    boolean kill(long[] bits) {
        long[] left = live == null ? all(count) : live;
        boolean changed = false;
        for (int i = 0; i < Math.min(bits.length, left.length); i++) {
            changed |= (left[i] & bits[i]) != 0;
            left[i] &= ~bits[i];
        }
        live = changed ? left : live;
        return changed;
    }

    boolean anyLive() {
        for (long bits : liveBits()) {
            if (bits != 0) {
                return true;
            }
        }
        return false;
    }

    int liveCount() {
        if (live == null) {
            return count;
        }
        int found = 0;
        for (long bits : live) {
            found += Long.bitCount(bits);
        }
        return found;
    }

    void free() {
        state = FREE;
        count = 0;
        next = NONE;
        live = null;
    }
}
