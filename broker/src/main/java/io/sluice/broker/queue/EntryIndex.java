package io.sluice.broker.queue;

import io.sluice.broker.Invariant;
import java.util.TreeMap;

/**
 * The entries of a queue by sequence. Sequences are dense, so entries stand in blocks of 1024; a block goes when its last entry
 * does, so that one old message costs one block and not everything behind it.
 */
final class EntryIndex {
    private static final int BLOCK_BITS = 10;
    private static final int BLOCK_SIZE = 1 << BLOCK_BITS;

    private final TreeMap<Long, Block> blocks = new TreeMap<>();
    /** The block touched last on either end: nearly every access is to one of the two. */
    private Block tail;

    private Block recent;
    private long size;

    private static final class Block {
        private final long number;
        private final QueueEntry[] entries = new QueueEntry[BLOCK_SIZE];
        private int live;

        private Block(long number) {
            this.number = number;
        }
    }

    long size() {
        return size;
    }

    void add(QueueEntry entry) {
        long number = entry.sequence >>> BLOCK_BITS;
        Block block = tail;
        if (block == null || block.number != number) {
            block = blocks.computeIfAbsent(number, Block::new);
            tail = block;
        }
        int slot = (int) entry.sequence & (BLOCK_SIZE - 1);
        Invariant.check(block.entries[slot] == null, "sequence " + entry.sequence + " is in the queue twice");
        block.entries[slot] = entry;
        block.live++;
        size++;
    }

    /** @return null where there is none */
    QueueEntry find(long sequence) {
        Block block = block(sequence >>> BLOCK_BITS);
        return block == null ? null : block.entries[(int) sequence & (BLOCK_SIZE - 1)];
    }

    /** @return what was removed, null where there was none */
    QueueEntry remove(long sequence) {
        Block block = block(sequence >>> BLOCK_BITS);
        if (block == null) {
            return null;
        }
        int slot = (int) sequence & (BLOCK_SIZE - 1);
        QueueEntry entry = block.entries[slot];
        if (entry != null) {
            block.entries[slot] = null;
            size--;
            if (--block.live == 0) {
                blocks.remove(block.number);
                tail = tail == block ? null : tail;
                recent = recent == block ? null : recent;
            }
        }
        return entry;
    }

    /** @return the first entry at or behind {@code sequence}, null where there is none */
    QueueEntry atOrAfter(long sequence) {
        long number = sequence >>> BLOCK_BITS;
        int slot = (int) sequence & (BLOCK_SIZE - 1);
        Block block = block(number);
        while (true) {
            if (block == null) {
                var next = blocks.higherEntry(number);
                if (next == null) {
                    return null;
                }
                block = next.getValue();
                slot = 0;
            }
            for (; slot < BLOCK_SIZE; slot++) {
                if (block.entries[slot] != null) {
                    return block.entries[slot];
                }
            }
            number = block.number;
            block = null;
        }
    }

    private Block block(long number) {
        if (recent != null && recent.number == number) {
            return recent;
        }
        if (tail != null && tail.number == number) {
            return tail;
        }
        Block block = blocks.get(number);
        if (block != null) {
            recent = block;
        }
        return block;
    }
}
