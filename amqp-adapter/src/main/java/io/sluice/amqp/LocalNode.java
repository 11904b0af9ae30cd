package io.sluice.amqp;

import io.sluice.broker.Message;
import java.util.function.Consumer;

/** A node of the broker itself, such as {@code $management}: it answers requests and is no queue. The connection's event loop. */
public interface LocalNode {
    /**
     * Answers one request.
     *
     * @param replyTo the request's reply-to address, "" when it names none
     * @param reply takes the answer; to be called at most once, on the connection's event loop or a shard's thread
     */
    void request(Message request, String replyTo, Consumer<Message> reply);

    /** As {@link #request(Message, String, Consumer)}. @param access what the peer may do */
    default void request(Message request, String replyTo, Access access, Consumer<Message> reply) {
        request(request, replyTo, reply);
    }
}
