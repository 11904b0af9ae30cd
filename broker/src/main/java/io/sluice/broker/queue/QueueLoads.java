package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Returned;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings messages of a queue back into memory: those that are next for somebody, those that are due. Shard's thread only. */
final class QueueLoads {
    private static final Logger LOG = LoggerFactory.getLogger(QueueLoads.class);
    /** Pages with something due that are read at a time. */
    private static final int MAX_DUE_READS = 2;
    /** Pages that one look ahead asks for at most. */
    private static final int MAX_AHEAD = 8;

    private final Queue queue;
    private final QueueState state;
    private final Availability availability;
    private final Pages pages;

    QueueLoads(Queue queue, QueueState state, Availability availability, Pages pages) {
        this.queue = queue;
        this.state = state;
        this.availability = availability;
        this.pages = pages;
    }

    /** All that is out of the run is wanted in memory. */
    void want(PagedRun run) {
        run.mark(PagedRun.Mark.WANTED_WHOLE, true);
        read(run);
    }

    private void read(PagedRun run) {
        if (!run.is(PagedRun.Mark.LOADING)) {
            run.mark(PagedRun.Mark.LOADING, true);
            pages.read(run.page(), run.outBytes, new Pages.Reply() {
                @Override
                public boolean isWanted() {
                    return run.isReadable();
                }

                @Override
                public void dropped(Turn turn) {
                    run.mark(PagedRun.Mark.LOADING, false);
                    run.mark(PagedRun.Mark.WANTED_WHOLE, false);
                    turn.dispatchable(queue);
                }

                @Override
                public void loaded(List<Enqueued> messages, Turn turn) {
                    QueueLoads.this.loaded(run, messages, turn);
                }

                @Override
                public void failed(StorageException cause, Turn turn) {
                    run.mark(PagedRun.Mark.LOADING, false);
                    damaged(run, cause);
                    turn.dispatchable(queue);
                }
            });
        }
    }

    /** The level's next message is out of memory. */
    void wantHead(int level) {
        want(state.runs().level(level).first());
    }

    /** Somebody consumes: what comes next is read before it is asked for. */
    void readAhead() {
        PagedRuns runs = state.runs();
        int levels = runs.occupied();
        boolean all = queue.definition().service() instanceof io.sluice.broker.QueueDefinition.Weighted;
        while (levels != 0) {
            int level = 31 - Integer.numberOfLeadingZeros(levels);
            readAhead(runs.level(level));
            levels = all ? levels & ~(1 << level) : 0;
        }
    }

    private void readAhead(PagedLevel level) {
        long limit = pages.readAheadBytes();
        long ahead = 0;
        for (PagedRun run :
                level.evictable().headSet(level.out().first(), false).descendingSet()) {
            ahead += run.heldBytes();
            if (ahead >= limit) {
                return;
            }
        }
        int count = 0;
        for (PagedRun run : level.out()) {
            if (ahead >= limit || count++ == MAX_AHEAD) {
                return;
            }
            ahead += run.outBytes;
            want(run);
        }
    }

    /** Something in these is due. */
    void readDue(long nowMillis) {
        int count = 0;
        for (PagedRun run : state.runs().expiring()) {
            if (run.soonestExpiryMillis > nowMillis || count++ == MAX_DUE_READS) {
                return;
            }
            read(run);
        }
    }

    /** Messages of these are to be delivered now; the others of them are not. */
    void readReleased(List<PagedRun> runs) {
        runs.forEach(this::read);
    }

    /** Pages that are wrong about when something of them is to be had. */
    void readMisplaced() {
        for (long sequence : state.runs().overrides().takeMisplaced()) {
            PagedRun run = state.runs().find(sequence);
            if (run != null && run.isReadable()) {
                want(run);
            }
        }
    }

    /** The run is given up; what is live of it is to go into another page. */
    void dissolve(PagedRun run) {
        if (run.outCount > 0) {
            run.mark(PagedRun.Mark.DISSOLVING, true);
            want(run);
        }
        unstoreResident(run);
    }

    private void unstoreResident(PagedRun run) {
        for (int index = run.nextLive(0); index >= 0; index = run.nextLive(index + 1)) {
            if (!run.isOut(index)) {
                unstore(state.entries().find(run.sequence(index)));
            }
        }
    }

    /** The entry is to stand in another page. */
    void unstore(QueueEntry entry) {
        state.leavesPage(entry);
        state.becomesUnstored(entry);
    }

    private void loaded(PagedRun run, List<Enqueued> messages, Turn turn) {
        run.mark(PagedRun.Mark.LOADING, false);
        boolean whole = run.is(PagedRun.Mark.WANTED_WHOLE);
        run.mark(PagedRun.Mark.WANTED_WHOLE, false);
        if (run.state != PagedRun.State.STORED) {
            return;
        }
        if (!isOf(run, messages)) {
            damaged(run, new StorageException("it holds other messages"));
        } else if (run.outCount > 0) {
            bringIn(run, messages, whole ? Long.MAX_VALUE : turn.nowMillis());
        }
        turn.dispatchable(queue);
    }

    /** A page that is not the one it was thought to be must not put a wrong message into the queue. */
    boolean isOf(PagedRun run, List<Enqueued> messages) {
        if (messages.size() != run.count()) {
            return false;
        }
        for (int index = 0; index < run.count(); index++) {
            if (messages.get(index).queueId() != state.id()
                    || messages.get(index).sequence() != run.sequence(index)) {
                return false;
            }
        }
        return true;
    }

    private void bringIn(PagedRun run, List<Enqueued> messages, long dueMillis) {
        long soonestExpiry = Long.MAX_VALUE;
        long firstDelivery = Long.MAX_VALUE;
        state.runs().unlisted(run);
        for (int index = run.nextOut(0); index >= 0; index = run.nextOut(index + 1)) {
            Enqueued message = messages.get(index);
            long expiry = message.expiresAtMillis() == Message.NONE ? Long.MAX_VALUE : message.expiresAtMillis();
            long delivery = run.isScheduled ? message.deliverAtMillis() : Long.MAX_VALUE;
            if (Math.min(expiry, delivery) <= dueMillis) {
                bringIn(run, index, message);
            } else {
                soonestExpiry = Math.min(soonestExpiry, expiry);
                firstDelivery = Math.min(firstDelivery, delivery);
            }
        }
        run.soonestExpiryMillis = soonestExpiry == Long.MAX_VALUE ? Message.NONE : soonestExpiry;
        run.firstDeliveryMillis = firstDelivery;
        state.runs().listed(run);
        if (run.is(PagedRun.Mark.DISSOLVING) && run.outCount == 0) {
            unstoreResident(run);
        }
    }

    /** One message of a page that was read; the run is unlisted. */
    private void bringIn(PagedRun run, int index, Enqueued message) {
        run.isOutNoMore(index);
        QueueEntry entry = new QueueEntry(message, true);
        if (entry.acquisitions == 0 && run.is(PagedRun.Mark.ACQUIRED)) {
            entry.acquisitions = QueueEntry.PERHAPS_ACQUIRED;
        }
        entry.links.superseded = state.isLeaving(entry.sequence);
        entry.run = run;
        entry.place = index;
        Returned override = state.runs().overrides().of(entry.sequence);
        if (override != null) {
            state.runs().overrides().forget(entry.sequence);
            entry.returned(override);
        }
        state.comesIntoMemory(entry);
        if (run.isScheduled || (override != null && entry.deliverAtMillis != 0)) {
            availability.arrived(entry);
        } else {
            availability.wasAvailable(entry);
        }
        if (override != null || (run.isScheduled && entry.state != QueueEntry.State.SCHEDULED)) {
            unstore(entry);
        }
    }

    /** One message is wanted in memory. @param then runs when it is, or is not because it is gone */
    void readOne(PagedRun run, long sequence, Turn.Effect then) {
        pages.read(run.page(), run.outBytes, new Pages.Reply() {
            @Override
            public boolean isWanted() {
                return run.isReadable();
            }

            @Override
            public void dropped(Turn turn) {
                then.run(turn);
            }

            @Override
            public void loaded(List<Enqueued> messages, Turn turn) {
                int index = run.indexOf(sequence);
                if (run.isReadable() && !isOf(run, messages)) {
                    damaged(run, new StorageException("it holds other messages"));
                } else if (run.isReadable() && run.isOut(index)) {
                    bringIn(run, messages.get(index));
                }
                then.run(turn);
            }

            @Override
            public void failed(StorageException cause, Turn turn) {
                damaged(run, cause);
                then.run(turn);
            }
        });
    }

    /** One message of a page that somebody else has read. @return its entry */
    QueueEntry bringIn(PagedRun run, Enqueued message) {
        state.runs().unlisted(run);
        bringIn(run, run.indexOf(message.sequence()), message);
        state.runs().listed(run);
        return state.entries().find(message.sequence());
    }

    /** The page cannot be read: what is out of it is not delivered, what is in memory goes into another page. */
    void damaged(PagedRun run, StorageException cause) {
        if (run.state == PagedRun.State.STORED) {
            LOG.error(
                    "Queue '{}': {} messages of {} cannot be read and are not delivered",
                    queue.name(),
                    run.outCount,
                    run,
                    cause);
            state.runs().damaged(run);
            unstoreResident(run);
        }
    }
}
