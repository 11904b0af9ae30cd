package io.sluice.storage.mapdb;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.collections.impl.list.mutable.primitive.LongArrayList;
import org.eclipse.collections.impl.map.mutable.primitive.IntObjectHashMap;

/**
 * Every slot and its descriptor. Descriptors lie sixteen to a record, a block; the chain {@code slot directory} lists the ids of
 * the blocks, 0 for one without slots. Numbers without a slot come from a store that was written anew; they are used again first.
 *
 * <p>The store's thread; {@link #row} any thread.
 */
final class SlotTable {
    private static final int SLOTS_PER_BLOCK = 16;

    private final StoreRecords records;
    private final RecordChain directory;
    private final LongArrayList blockIds = new LongArrayList();
    /** Changed by the store's thread under the lock; null where a number has no slot. */
    private final List<Slot> slots = new ArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final FreeSlots free = new FreeSlots();
    /** Slots as the last commit left them, of those that changed since: null where a number had none. */
    private final IntObjectHashMap<Slot> before = new IntObjectHashMap<>();

    private final Block block = new Block();
    private int committedSlots;

    /** Free slots by size, and numbers that have none. */
    private static final class FreeSlots {
        private final List<Deque<Slot>> bySize = new ArrayList<>();
        private final Deque<Integer> unused = new ArrayDeque<>();

        private FreeSlots() {
            for (int i = 0; i < SizeClass.ALL.length; i++) {
                bySize.add(new ArrayDeque<>());
            }
        }

        private void add(Slot slot) {
            bySize.get(slot.sizeClass.ordinal()).add(slot);
        }

        /** One that fits, or of the next size; null where there is none. */
        private Slot take(SizeClass fitting) {
            Slot slot = bySize.get(fitting.ordinal()).poll();
            int larger = fitting.ordinal() + 1;
            return slot == null && larger < SizeClass.ALL.length
                    ? bySize.get(larger).poll()
                    : slot;
        }

        private void findAll(List<Slot> slots) {
            bySize.forEach(Deque::clear);
            unused.clear();
            for (int number = 0; number < slots.size(); number++) {
                Slot slot = slots.get(number);
                if (slot == null) {
                    unused.add(number);
                } else if (slot.state == Slot.FREE) {
                    add(slot);
                }
            }
        }
    }

    /** The block of descriptors that is being changed, so that neighbours are written together. */
    private final class Block {
        private final ByteBuffer bytes = ByteBuffer.allocate(SLOTS_PER_BLOCK * SlotDescriptor.BYTES);
        private int number = -1;
        private boolean changed;

        private void load(int wanted) throws DamagedException {
            if (wanted == number) {
                return;
            }
            flush();
            number = -1;
            long id = wanted < blockIds.size() ? blockIds.get(wanted) : 0;
            if (id != 0) {
                bytes.put(0, records.read(id));
            } else {
                for (int at = 0; at < bytes.capacity(); at += SlotDescriptor.BYTES) {
                    SlotDescriptor.writeNone(bytes, at);
                }
            }
            number = wanted;
        }

        private void flush() {
            if (!changed) {
                return;
            }
            while (blockIds.size() <= number) {
                blockIds.add(0);
            }
            if (blockIds.get(number) == 0) {
                blockIds.set(number, records.create(bytes.array()));
            } else {
                records.update(blockIds.get(number), bytes.array());
            }
            changed = false;
        }

        private void drop() {
            number = -1;
            changed = false;
        }
    }

    SlotTable(StoreRecords records, RecordChain directory) {
        this.records = records;
        this.directory = directory;
    }

    /** Reads every descriptor the directory names. */
    void load() throws DamagedException {
        readBlockIds();
        for (int number = 0; number < blockIds.size() * SLOTS_PER_BLOCK; number++) {
            boolean none = blockIds.get(number / SLOTS_PER_BLOCK) == 0;
            slots.add(none ? null : SlotDescriptor.read(blockOf(number), at(number), number));
        }
        while (!slots.isEmpty() && slots.get(slots.size() - 1) == null) {
            slots.remove(slots.size() - 1);
        }
        free.findAll(slots);
        committedSlots = slots.size();
    }

    private void readBlockIds() {
        blockIds.clear();
        ByteBuffer ids = ByteBuffer.wrap(directory.content());
        while (ids.hasRemaining()) {
            blockIds.add(ids.getLong());
        }
    }

    private ByteBuffer blockOf(int number) throws DamagedException {
        block.load(number / SLOTS_PER_BLOCK);
        return block.bytes;
    }

    private static int at(int number) {
        return number % SLOTS_PER_BLOCK * SlotDescriptor.BYTES;
    }

    /** By number; null where a number has none. */
    List<Slot> slots() {
        return slots;
    }

    /** The slot with this number; null where there is none. */
    Slot get(int number) {
        return number >= 0 && number < slots.size() ? slots.get(number) : null;
    }

    /** The slot of this page; null where it is not here any more. */
    Slot find(long page) {
        Slot slot = get(Slot.numberOf(page));
        return slot != null && slot.holds(page) ? slot : null;
    }

    /** Copies of the slots that hold the page's messages, as they are now; empty where the page is not here. Any thread. */
    List<Slot> row(long page) {
        List<Slot> row = new ArrayList<>();
        lock.lock();
        try {
            Slot first = find(page);
            if (first != null) {
                row.add(first.copy());
            }
            if (first != null && first.state == Slot.LARGE) {
                for (Slot part = get(first.next); part != null; part = get(part.next)) {
                    if (part.state == Slot.SEQUENCES) {
                        break;
                    }
                    row.add(part.copy());
                }
            }
        } finally {
            lock.unlock();
        }
        return row;
    }

    /** Takes a free slot for so many bytes, one of the next size rather than a new one. The caller says what it is with {@link #set}. */
    Slot take(int bodyBytes) throws DamagedException {
        SizeClass fitting = SizeClass.fitting(bodyBytes);
        Slot slot = free.take(fitting);
        if (slot != null) {
            return slot;
        }
        long id = records.create(new byte[fitting.bytes]);
        Integer unused = free.unused.poll();
        Slot created = new Slot(unused == null ? slots.size() : unused, fitting, id, records.offset(id));
        put(created);
        return created;
    }

    private void put(Slot slot) {
        if (slot.number < committedSlots) {
            before.put(slot.number, null);
        }
        lock.lock();
        try {
            while (slots.size() <= slot.number) {
                slots.add(null);
            }
            slots.set(slot.number, slot);
        } finally {
            lock.unlock();
        }
    }

    /** What a slot is from now on. */
    void set(Slot slot, PageSummary summary, java.util.function.Consumer<Slot> change) throws DamagedException {
        change(slot, change);
        SlotDescriptor.write(blockOf(slot.number), at(slot.number), slot, summary);
        block.changed = true;
    }

    /** Changes what may change while a page stands. */
    void update(Slot slot, java.util.function.Consumer<Slot> change) throws DamagedException {
        change(slot, change);
        SlotDescriptor.writeState(blockOf(slot.number), at(slot.number), slot);
        block.changed = true;
    }

    private void change(Slot slot, java.util.function.Consumer<Slot> change) {
        if (slot.number < committedSlots && !before.containsKey(slot.number)) {
            before.put(slot.number, slot.copy());
        }
        lock.lock();
        try {
            change.accept(slot);
        } finally {
            lock.unlock();
        }
    }

    /** Takes in a slot of another store under its number, with another body. */
    void adopt(Slot slot, byte[] descriptor) throws DamagedException {
        put(slot);
        ByteBuffer bytes = blockOf(slot.number);
        bytes.put(at(slot.number), descriptor);
        SlotDescriptor.move(bytes, at(slot.number), slot.bodyId, slot.bodyOffset);
        block.changed = true;
    }

    /** The slot and what goes on from it may be used again. */
    void free(Slot first) throws DamagedException {
        for (Slot slot = first; slot != null; ) {
            Slot next = get(slot.next);
            update(slot, Slot::free);
            free.add(slot);
            slot = next;
        }
    }

    /** The descriptor of a slot. */
    byte[] descriptor(Slot slot) throws DamagedException {
        byte[] descriptor = new byte[SlotDescriptor.BYTES];
        blockOf(slot.number).get(at(slot.number), descriptor);
        return descriptor;
    }

    /** Writes what is not written yet, before a commit. */
    void write() {
        block.flush();
        ByteBuffer ids = ByteBuffer.allocate(blockIds.size() * 8);
        blockIds.forEach(ids::putLong);
        directory.write(ids.array());
    }

    /** What is written is committed. */
    void committed() {
        before.clear();
        committedSlots = slots.size();
    }

    /** Back to the last commit, as the directory is already. Reads nothing, so it cannot fail. */
    void rollback() {
        lock.lock();
        try {
            while (slots.size() > committedSlots) {
                slots.remove(slots.size() - 1);
            }
            before.forEachKeyValue(slots::set);
        } finally {
            lock.unlock();
        }
        before.clear();
        readBlockIds();
        block.drop();
        free.findAll(slots);
    }
}
