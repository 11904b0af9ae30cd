package io.sluice.broker.shard;

import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.queue.Pages;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.ArrayDeque;
import java.util.List;

/** Reads pages for the queues of a shard, a bounded number of bytes at a time, in the order they were asked for. Shard's thread only. */
final class PageReads implements Pages {
    /** What a page counts for that goes as a whole; it has 1 to 1024 messages. */
    private static final int MESSAGES_OF_A_PAGE = 64;

    private final MessageStore store;
    private final ShardMailbox mailbox;
    private final ShardLimits.Paging limits;
    private final long roomBytes;
    private final ArrayDeque<Request> waiting = new ArrayDeque<>();
    private int underWay;
    private long underWayBytes;
    private long forgotten;

    private record Request(long page, long bytes, Reply reply) {}

    PageReads(MessageStore store, ShardMailbox mailbox, ShardLimits limits) {
        this.store = store;
        this.mailbox = mailbox;
        this.limits = limits.paging();
        this.roomBytes = limits.memoryBytes() / 4 * 3;
    }

    @Override
    public void read(long page, long bytes, Reply reply) {
        Request request = new Request(page, bytes, reply);
        if (waiting.isEmpty() && hasRoomFor(request)) {
            start(request);
        } else {
            waiting.add(request);
        }
    }

    private boolean hasRoomFor(Request request) {
        return underWay == 0 || underWayBytes + request.bytes <= limits.readBytes();
    }

    private void start(Request request) {
        underWay++;
        underWayBytes += request.bytes;
        store.read(request.page, new MessageStore.PageListener() {
            @Override
            public void loaded(List<Enqueued> messages) {
                mailbox.post((shard, turn) -> {
                    ended(request, turn);
                    request.reply.loaded(messages, turn);
                });
            }

            @Override
            public void failed(StorageException cause) {
                mailbox.post((shard, turn) -> {
                    ended(request, turn);
                    request.reply.failed(cause, turn);
                });
            }
        });
    }

    private void ended(Request request, Turn turn) {
        underWay--;
        underWayBytes -= request.bytes;
        while (!waiting.isEmpty()) {
            Request next = waiting.peek();
            if (!next.reply.isWanted()) {
                // Its page may be another one's by now.
                waiting.remove().reply.dropped(turn);
            } else if (hasRoomFor(next)) {
                start(waiting.remove());
            } else {
                return;
            }
        }
    }

    @Override
    public void later(Turn.Effect effect) {
        mailbox.postForNextTurn((shard, turn) -> effect.run(turn));
    }

    @Override
    public void forget(long page, int index) {
        forgotten++;
        store.forget(page, index);
    }

    @Override
    public void forgetPage(long page) {
        forgotten += MESSAGES_OF_A_PAGE;
        store.forgetPage(page);
    }

    /** About how many messages the store was told to forget in this life. */
    long forgotten() {
        return forgotten;
    }

    @Override
    public long roomBytes() {
        return roomBytes;
    }

    @Override
    public long readAheadBytes() {
        return limits.readAheadBytes();
    }
}
