package io.sluice.broker.shard;

import io.sluice.broker.Message;
import java.util.Objects;

/**
 * One message on its way into a queue. The producer's {@code ProducerListener} gets this very object back with the answer, so a
 * front end may extend it with what it needs to answer its peer.
 */
public class Publish {
    private final String address;
    private final Message message;
    /** A transaction has it, and what it takes of memory counts as the transaction's. Shard's thread. */
    boolean enlisted;

    /** @param address the queue it goes to */
    public Publish(String address, Message message) {
        this.address = Objects.requireNonNull(address, "address");
        this.message = Objects.requireNonNull(message, "message");
    }

    public final String address() {
        return address;
    }

    public final Message message() {
        return message;
    }

    /**
     * By what the message is known when it is sent again; asked for only where the queue has a window. Shard's thread.
     *
     * @param property the application property to read, "" for the message-id
     * @return the value's canonical text, equal for equal values of the same type and for nothing else; "" where there is none
     */
    public String duplicateId(String property) {
        return "";
    }
}
