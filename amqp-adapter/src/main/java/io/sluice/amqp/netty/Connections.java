package io.sluice.amqp.netty;

import io.netty.util.concurrent.EventExecutor;
import io.sluice.amqp.Shards;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The connections of a server, and their clock: one schedule for each event loop, however many connections it has. */
final class Connections {
    /** Fine enough for a peer that wants a heartbeat every 250 ms. */
    private static final int TICK_MILLIS = 50;

    private final Set<NettyChannel> all = ConcurrentHashMap.newKeySet();
    private final List<Future<?>> schedules = new ArrayList<>();
    private volatile boolean stopping;

    private static final String STOPPING = "the broker is stopping";

    Connections(ServerLoops loops) {
        for (EventExecutor loop : loops.group()) {
            schedules.add(loop.scheduleAtFixedRate(() -> tick(loop), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS));
        }
    }

    static long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    private void tick(EventExecutor loop) {
        long nowMillis = nowMillis();
        for (NettyChannel channel : all) {
            if (channel.isOn(loop)) {
                channel.tick(nowMillis);
            }
        }
    }

    void add(NettyChannel channel) {
        all.add(channel);
        if (stopping) {
            channel.stop(STOPPING);
        }
    }

    /** What the broker keeps for the connection is given back. */
    void remove(NettyChannel channel) {
        all.remove(channel);
        synchronized (all) {
            all.notifyAll();
        }
    }

    int count() {
        return all.size();
    }

    /**
     * Tells every peer, those included that are still being accepted, that the broker stops, and waits until they are gone. Cuts
     * those that are not when the time is over. Not on an event loop.
     *
     * @return how many had to be cut
     */
    int stop(long timeoutMillis) throws InterruptedException {
        stopping = true;
        return force(STOPPING, timeoutMillis);
    }

    /**
     * Tells every peer there is now to connect again, and why; otherwise as {@link #stop}.
     *
     * @return how many had to be cut
     */
    int force(String text, long timeoutMillis) throws InterruptedException {
        Set<NettyChannel> now = Set.copyOf(all);
        now.forEach(channel -> channel.stop(text));
        boolean interrupted = false;
        int cut = 0;
        try {
            awaitGone(now, timeoutMillis);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        for (NettyChannel channel : now) {
            if (all.contains(channel)) {
                channel.cut();
                cut++;
            }
        }
        awaitGone(now, timeoutMillis);
        if (interrupted) {
            throw new InterruptedException();
        }
        return cut;
    }

    /** Tells those that use a shard to connect again, and why. Does not wait. */
    void leaveShard(Shards shards, int shard, String text, long limitMillis) {
        all.forEach(channel -> channel.leaveShard(shards, shard, text, limitMillis));
    }

    private void awaitGone(Set<NettyChannel> gone, long timeoutMillis) throws InterruptedException {
        long endMillis = nowMillis() + timeoutMillis;
        synchronized (all) {
            for (long leftMillis = timeoutMillis;
                    !Collections.disjoint(all, gone) && leftMillis > 0;
                    leftMillis = endMillis - nowMillis()) {
                all.wait(leftMillis);
            }
        }
    }

    void close() {
        schedules.forEach(schedule -> schedule.cancel(false));
    }
}
