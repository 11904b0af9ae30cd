package io.sluice.clients.vertx;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.sluice.clients.Scene;
import io.vertx.amqp.AmqpClient;
import io.vertx.amqp.AmqpClientOptions;
import io.vertx.amqp.AmqpConnection;
import io.vertx.amqp.AmqpMessage;
import io.vertx.amqp.AmqpReceiver;
import io.vertx.amqp.AmqpReceiverOptions;
import io.vertx.amqp.AmqpSender;
import io.vertx.amqp.AmqpSenderOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A client with one connection on one event loop, waited for by the thread of the test. */
final class Peer implements AutoCloseable {
    static final long WAIT_SECONDS = 20;

    private final Vertx vertx;
    private final Context context;
    private AmqpConnection connection;

    private Peer() {
        vertx = Vertx.vertx();
        context = vertx.getOrCreateContext();
    }

    static Peer of(Scene scene) throws Exception {
        return of(scene, new AmqpClientOptions());
    }

    static Peer named(Scene scene, String containerId) throws Exception {
        return of(scene, new AmqpClientOptions().setContainerId(containerId));
    }

    static Peer of(Scene scene, AmqpClientOptions options) throws Exception {
        return connected(options.setHost(scene.host()).setPort(scene.port()));
    }

    static Peer connected(AmqpClientOptions options) throws Exception {
        Peer peer = new Peer();
        try {
            AmqpClient client = AmqpClient.create(peer.vertx, options);
            peer.connection = peer.await(client::connect);
            return peer;
        } catch (Exception refused) {
            peer.close();
            throw refused;
        }
    }

    /** Does something on the event loop and waits for what comes of it; fails with the cause. */
    <T> T await(Supplier<Future<T>> call) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        context.runOnContext(any -> call.get().onComplete(result::complete, result::completeExceptionally));
        try {
            return result.get(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw failed;
        }
    }

    AmqpConnection connection() {
        return connection;
    }

    Inbox inbox(String address) throws Exception {
        return inbox(address, new AmqpReceiverOptions());
    }

    /** Holds one message ahead of what is asked for, unless the options say otherwise. */
    Inbox inbox(String address, AmqpReceiverOptions options) throws Exception {
        options.setAutoAcknowledgement(false);
        if (options.getMaxBufferedMessages() == 0) {
            options.setMaxBufferedMessages(1);
        }
        return new Inbox(this, await(() -> connection.createReceiver(address, options)));
    }

    AmqpSender sender(String address, String... capabilities) throws Exception {
        AmqpSenderOptions options = new AmqpSenderOptions();
        List.of(capabilities).forEach(options::addCapability);
        return await(() -> connection.createSender(address, options));
    }

    /** Fails unless it is accepted. */
    void accepted(AmqpSender sender, AmqpMessage message) throws Exception {
        await(() -> sender.sendWithAck(message));
    }

    void send(String address, String... bodies) throws Exception {
        AmqpSender sender = sender(address);
        for (String body : bodies) {
            accepted(sender, AmqpMessage.create().withBody(body).durable(true).build());
        }
        await(sender::close);
    }

    @Override
    public void close() {
        vertx.close()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(WAIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** A receiver and what came for it. */
    static final class Inbox {
        private final Peer peer;
        private final AmqpReceiver receiver;
        private final LinkedBlockingQueue<AmqpMessage> arrived = new LinkedBlockingQueue<>();
        private final CompletableFuture<Throwable> gone = new CompletableFuture<>();

        Inbox(Peer peer, AmqpReceiver receiver) throws Exception {
            this.peer = peer;
            this.receiver = receiver;
            peer.await(() -> {
                receiver.exceptionHandler(gone::complete).pause().handler(arrived::add);
                return Future.succeededFuture();
            });
        }

        AmqpReceiver receiver() {
            return receiver;
        }

        AmqpMessage next() throws Exception {
            fetch(1);
            return take();
        }

        void fetch(int count) throws Exception {
            peer.await(() -> {
                receiver.fetch(count);
                return Future.succeededFuture();
            });
        }

        AmqpMessage take() throws InterruptedException {
            AmqpMessage message = arrived.poll(WAIT_SECONDS, TimeUnit.SECONDS);
            assertNotNull(message, "no message in " + WAIT_SECONDS + " s");
            return message;
        }

        int arrived() {
            return arrived.size();
        }

        String body() throws Exception {
            AmqpMessage message = next();
            message.accepted();
            return message.bodyAsString();
        }

        List<String> bodies(int count) throws Exception {
            List<String> bodies = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                bodies.add(body());
            }
            return bodies;
        }

        /** Whether the broker has nothing for this link; after that it has credit again. */
        boolean empty() throws Exception {
            fetch(1);
            peer.<Void>await(() -> {
                Promise<Void> drained = Promise.promise();
                receiver.unwrap().drain(TimeUnit.SECONDS.toMillis(WAIT_SECONDS), drained::handle);
                return drained.future();
            });
            boolean empty = arrived.isEmpty();
            peer.await(() -> {
                receiver.pause();
                receiver.unwrap().flow(1);
                return Future.succeededFuture();
            });
            return empty;
        }

        void close() throws Exception {
            peer.await(receiver::close);
        }

        Throwable gone() throws Exception {
            return gone.get(WAIT_SECONDS, TimeUnit.SECONDS);
        }
    }
}
