package io.sluice.amqp.netty;

import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.Collection;
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
    }

    void remove(NettyChannel channel) {
        all.remove(channel);
    }

    int count() {
        return all.size();
    }

    Collection<NettyChannel> all() {
        return all;
    }

    void close() {
        schedules.forEach(schedule -> schedule.cancel(false));
    }
}
