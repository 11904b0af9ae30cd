package io.sluice.storage.mapdb;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.eclipse.collections.impl.set.mutable.primitive.IntHashSet;

/**
 * Every slot and its descriptor. Descriptors lie sixteen to a record; the chain {@code slot directory} lists the ids of these
 * records. One thread.
 */
final class SlotTable {
    private static final int SLOTS_PER_BLOCK = 16;

    private final StoreRecords records;
    private final RecordChain directory;
    private final List<Long> blockIds = new ArrayList<>();
    private final List<Slot> slots = new ArrayList<>();
    private final List<Deque<Slot>> free = new ArrayList<>();
    private final IntHashSet changedBlocks = new IntHashSet();

    SlotTable(StoreRecords records, RecordChain directory) {
        this.records = records;
        this.directory = directory;
        for (int i = 0; i < SizeClass.ALL.length; i++) {
            free.add(new ArrayDeque<>());
        }
    }

    /** Reads every descriptor the directory names. */
    void load() throws DamagedException {
        ByteBuffer ids = ByteBuffer.wrap(directory.content());
        while (ids.hasRemaining()) {
            long id = ids.getLong();
            blockIds.add(id);
            ByteBuffer block = ByteBuffer.wrap(records.read(id));
            while (block.hasRemaining()) {
                Slot slot = Slot.read(slots.size(), block);
                if (slot == null) {
                    return; // the unused rest of the last block
                }
                slots.add(slot);
                if (slot.state == Slot.FREE) {
                    free.get(slot.sizeClass.ordinal()).add(slot);
                }
            }
        }
    }

    List<Slot> slots() {
        return slots;
    }

    /** The slot with this number; null where there is none. */
    Slot get(int number) {
        return number >= 0 && number < slots.size() ? slots.get(number) : null;
    }

    /** Takes a free slot for so many bytes, a larger one rather than a new one, and writes its body. */
    Slot take(int bodyBytes) {
        SizeClass fitting = SizeClass.fitting(bodyBytes);
        for (int i = fitting.ordinal(); i < Math.min(fitting.ordinal() + 2, SizeClass.ALL.length); i++) {
            Slot slot = free.get(i).poll();
            if (slot != null) {
                changed(slot);
                return slot;
            }
        }
        Slot slot = new Slot(slots.size(), fitting, records.create(new byte[fitting.bytes]));
        slots.add(slot);
        changed(slot);
        return slot;
    }

    /** The slot and the further parts of its message may be used again. */
    void free(Slot first) {
        for (Slot slot = first; slot != null; ) {
            Slot next = get(slot.next);
            slot.free();
            free.get(slot.sizeClass.ordinal()).add(slot);
            changed(slot);
            slot = next;
        }
    }

    void changed(Slot slot) {
        changedBlocks.add(slot.number / SLOTS_PER_BLOCK);
    }

    /** Writes changed descriptors to the store. */
    void write() {
        for (int block : changedBlocks.toSortedArray()) {
            ByteBuffer out = ByteBuffer.allocate(SLOTS_PER_BLOCK * Slot.DESCRIPTOR_BYTES);
            for (int i = block * SLOTS_PER_BLOCK; i < (block + 1) * SLOTS_PER_BLOCK; i++) {
                if (i < slots.size()) {
                    slots.get(i).write(out);
                } else {
                    Slot.writeNone(out);
                }
            }
            if (block == blockIds.size()) {
                blockIds.add(records.create(out.array()));
            } else {
                records.update(blockIds.get(block), out.array());
            }
        }
        changedBlocks.clear();
        ByteBuffer ids = ByteBuffer.allocate(blockIds.size() * 8);
        blockIds.forEach(ids::putLong);
        directory.write(ids.array());
    }
}
