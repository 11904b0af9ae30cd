package io.sluice.broker.queue;

import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.List;

/** Reads pages of a queue for somebody who looks at messages and leaves them where they are; holds one page at a time. */
final class PageReading implements Pages.Reply {
    private final QueueLoads loads;
    private final Pages pages;
    private final Turn.Effect arrived;
    private PagedRun run;
    /** Of {@link #run}; empty while it is being read. */
    private List<Enqueued> messages = List.of();

    private boolean waiting;

    /** For a consumer: its queue is dispatched again when the page is here. */
    PageReading(Queue queue, QueueLoads loads, Pages pages) {
        this(loads, pages, turn -> turn.dispatchable(queue));
    }

    /** @param arrived runs when a page that was missing is here, or cannot be */
    PageReading(QueueLoads loads, Pages pages, Turn.Effect arrived) {
        this.loads = loads;
        this.pages = pages;
        this.arrived = arrived;
    }

    boolean isWaiting() {
        return waiting;
    }

    /** @return null where its page must be read first: that is asked for, and whoever waits is told when it is here */
    Enqueued message(PagedRun wanted, int index) {
        if (run == wanted && !messages.isEmpty()) {
            return messages.get(index);
        }
        run = wanted;
        messages = List.of();
        waiting = true;
        pages.read(wanted.page(), wanted.outBytes, this);
        return null;
    }

    @Override
    public boolean isWanted() {
        return run.isReadable();
    }

    @Override
    public void dropped(Turn turn) {
        waiting = false;
        arrived.run(turn);
    }

    @Override
    public void loaded(List<Enqueued> loaded, Turn turn) {
        waiting = false;
        // What is no longer out is not looked for in here; the page may be another one's by now.
        if (run.state == PagedRun.State.STORED) {
            if (loads.isOf(run, loaded)) {
                messages = loaded;
            } else {
                loads.damaged(run, new StorageException("it holds other messages"));
            }
        }
        arrived.run(turn);
    }

    @Override
    public void failed(StorageException cause, Turn turn) {
        waiting = false;
        loads.damaged(run, cause);
        arrived.run(turn);
    }
}
