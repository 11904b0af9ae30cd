package io.sluice.broker.shard;

import io.sluice.broker.Message;
import io.sluice.broker.NodeKind;
import io.sluice.broker.port.LinkDescription;
import java.util.Objects;

/**
 * One message on its way into a queue, to a topic or through an exchange. The producer's {@code ProducerListener} gets this very object back with the answer, so a
 * front end may extend it with what it needs to answer its peer.
 */
public class Publish {
    private final NodeKind kind;
    private final String address;
    private final Message message;
    /** A transaction has it, and what it takes of memory counts as the transaction's. Shard's thread. */
    boolean enlisted;
    /** See {@link #sequence}. Written before its listener hears of it. */
    long sequence;

    /** @param address the queue it goes to */
    public Publish(String address, Message message) {
        this(NodeKind.QUEUE, address, message);
    }

    /** @param kind of what the address names */
    public Publish(NodeKind kind, String address, Message message) {
        this.kind = Objects.requireNonNull(kind, "kind");
        this.address = Objects.requireNonNull(address, "address");
        this.message = Objects.requireNonNull(message, "message");
    }

    public final NodeKind kind() {
        return kind;
    }

    public final String address() {
        return address;
    }

    public final Message message() {
        return message;
    }

    /**
     * Its number in the queue it went to, or that of the message it is a copy of. To be asked when its listener has heard {@code accepted}, of one
     * that went to a queue.
     *
     * @return 0 where it is a copy and no more is known of the first
     */
    public final long sequence() {
        return sequence;
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

    /**
     * Key of the delivery it came by, where that can be resumed; the queue remembers it where no window knows the message by its id.
     *
     * @return "" where it cannot; see {@link io.sluice.broker.ResumableLink}
     */
    public String deliveryKey() {
        return "";
    }

    /** Container-id of who sent it, "" where it is not known; for subscriptions that want nothing of their own container. */
    public String container() {
        return "";
    }

    /** What an exchange compares with its bindings, up to 255 characters; "" where there is none. */
    public String routingKey() {
        return "";
    }

    /**
     * A header that a headers exchange compares; asked for only where there is one. Shard's thread.
     *
     * @param name of an application property; one that begins with {@code x-} may be a message annotation
     * @return null where there is none
     */
    public Object header(String name) {
        return null;
    }

    /** Who sent it; asked for only where something is told of the message. Shard's thread. */
    public LinkDescription link() {
        return LinkDescription.UNKNOWN;
    }

    /**
     * The key under which the message takes the place of the one before; asked for only where the queue keeps last values. Shard's
     * thread.
     *
     * @param property the application property to read
     * @return as {@link #duplicateId}
     */
    public final String lastValueKey(String property) {
        return duplicateId(property);
    }
}
