package io.sluice.broker.queue;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Producers that share a fate: those of one queue, or the anonymous ones of a shard. Shard's thread only. */
public final class Producers {
    private final Set<Producer> attached = new LinkedHashSet<>();
    /** What was told last; asked at every dispatch, it changes seldom. */
    private boolean open = true;

    public int size() {
        return attached.size();
    }

    public void add(Producer producer) {
        producer.attached = true;
        attached.add(producer);
    }

    public void remove(Producer producer) {
        producer.attached = false;
        attached.remove(producer);
    }

    public List<Producer> all() {
        return new ArrayList<>(attached);
    }

    /** Tells each whose credit opens or closes by this. @param closedReason empty: open */
    public void creditOpen(String closedReason, Turn turn) {
        if (closedReason.isEmpty() != open) {
            open = !open;
            for (Producer producer : attached) {
                creditOpen(producer, closedReason, turn);
            }
        }
    }

    /** As {@link #creditOpen(String, Turn)}, for one. */
    public static void creditOpen(Producer producer, String closedReason, Turn turn) {
        boolean open = closedReason.isEmpty();
        if (producer.creditOpen != open) {
            producer.creditOpen = open;
            turn.calling(producer.client());
            producer.listener().creditOpen(open, closedReason);
        }
    }

    public static boolean isAttached(Producer producer) {
        return producer.attached;
    }
}
