package io.sluice.broker.queue;

import io.sluice.broker.MessageGroup;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Messages of one level that a consumer selects and has not got although it has looked further: they came back, or another consumer
 * had their group. They are its own before what it has not looked at.
 */
final class SelectedBefore {
    static final long NONE = -1;

    /** @param owner that had nothing of the group and wanted the message, when it was looked at; null where that is not known */
    private record Selected(MessageGroup group, Consumer owner) {}

    private final GroupTable groups;
    private final Consumer consumer;
    private final TreeMap<Long, Selected> messages = new TreeMap<>();
    /** All up to here are held back, as far as this look knows. */
    private long heldBackTo = NONE;
    /** Groups of those: what stands behind them in these is held back as well. */
    private final Set<String> heldBack = new HashSet<>();

    SelectedBefore(GroupTable groups, Consumer consumer) {
        this.groups = groups;
        this.consumer = consumer;
    }

    int size() {
        return messages.size();
    }

    /** Whether so many wait that no further ones are looked for. */
    boolean isFull() {
        return messages.size() >= LookAhead.MAX_HELD_BACK;
    }

    long first() {
        return messages.firstKey();
    }

    /** @param owner see {@link Selected} */
    void add(long sequence, MessageGroup group, Consumer owner) {
        messages.put(sequence, new Selected(group, owner));
        heldBackTo = Math.min(heldBackTo, sequence - 1);
    }

    /** Whether this look has passed a message of the group. */
    boolean holdsBack(MessageGroup group) {
        return heldBack.contains(group.id());
    }

    void remove(long sequence) {
        messages.remove(sequence);
    }

    void clear() {
        messages.clear();
    }

    /** A new look begins. */
    void fromTheStart() {
        heldBackTo = NONE;
        heldBack.clear();
    }

    /** The first one whose group is not with another consumer, as far as it can be told without the message; {@link #NONE} for none. */
    long nextFree() {
        Map.Entry<Long, Selected> at = messages.higherEntry(heldBackTo);
        while (at != null && isHeldBack(at.getValue())) {
            heldBackTo = at.getKey();
            heldBack.add(at.getValue().group.id());
            at = messages.higherEntry(heldBackTo);
        }
        return at == null ? NONE : at.getKey();
    }

    private boolean isHeldBack(Selected selected) {
        GroupTable.Group group = groups.of(selected.group);
        if (group == null) {
            return false;
        }
        return holdsBack(selected.group)
                || groups.keepsFrom(selected.group, consumer)
                || (group.owner() != consumer && group.owner() == selected.owner);
    }
}
