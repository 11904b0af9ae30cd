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

    /**
     * Whether its answers go over the link of the same name in the same session that the peer receives by, to requests whose reply-to is
     * {@code $me} (HTTP over AMQP 1.0 wd06 §4; AMQP Link Pairing). Where not, an answer finds its way by the reply-to alone.
     */
    default boolean isPaired() {
        return false;
    }

    /** As {@link #request(Message, String, Consumer)}. @param access what the peer may do */
    default void request(Message request, String replyTo, Access access, Consumer<Message> reply) {
        request(request, replyTo, reply);
    }
}
