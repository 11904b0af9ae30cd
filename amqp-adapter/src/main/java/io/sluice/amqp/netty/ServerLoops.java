package io.sluice.amqp.netty;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Event loops: epoll where it can be loaded, else NIO. With one loop, it may be the shard's thread, too. */
public final class ServerLoops implements AutoCloseable {
    private static final long STOP_TIMEOUT_SECONDS = 10;

    private final EventLoopGroup group;
    private final List<Thread> threads;
    private final Class<? extends ServerChannel> channelType;

    private ServerLoops(EventLoopGroup group, List<Thread> threads, Class<? extends ServerChannel> channelType) {
        this.group = group;
        this.threads = threads;
        this.channelType = channelType;
    }

    /**
     * @param name of the threads, which are no daemons: whoever starts them closes them
     * @param threads one or more
     */
    public static ServerLoops start(String name, int threads) {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        ThreadFactory named = new DefaultThreadFactory(name + "-loop");
        List<Thread> started = new CopyOnWriteArrayList<>();
        ThreadFactory factory = task -> {
            Thread thread = named.newThread(task);
            started.add(thread);
            return thread;
        };
        // A group of one would end by way of Netty's global executor, whose thread outlives it by a second.
        EventLoopGroup group = threads == 1
                ? new SingleThreadIoEventLoop(null, factory, handlers)
                : new MultiThreadIoEventLoopGroup(threads, factory, handlers);
        return new ServerLoops(group, started, epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class);
    }

    /** One of the loops, to run a shard on and to tell it the time. */
    public ScheduledExecutorService executor() {
        return group.next();
    }

    EventLoopGroup group() {
        return group;
    }

    Class<? extends ServerChannel> channelType() {
        return channelType;
    }

    /** Waits until every loop has done what it was given before, at most so long each. Not on a loop. */
    void awaitGiven(long timeoutMillis) {
        for (EventExecutor loop : group) {
            loop.submit(() -> {}).awaitUninterruptibly(timeoutMillis);
        }
    }

    /** Stops the threads and waits for their end. */
    @Override
    public void close() {
        group.shutdownGracefully(0, STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
        try {
            // Netty calls a loop terminated while its thread still runs its last lines.
            for (Thread thread : threads) {
                thread.join(TimeUnit.SECONDS.toMillis(STOP_TIMEOUT_SECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
