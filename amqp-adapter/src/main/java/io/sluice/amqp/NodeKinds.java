package io.sluice.amqp;

import io.sluice.amqp.dialect.RabbitAddress;
import io.sluice.amqp.message.MessageFields;
import io.sluice.broker.Message;
import io.sluice.broker.NodeKind;
import io.sluice.broker.TemporaryName;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.qpid.proton.amqp.Symbol;

/**
 * Whether an address is that of a queue or of a topic: what the terminus says by its capabilities, or the message by its annotation,
 * else what the configuration says, else a queue. The one place where that is decided. Immutable, any thread.
 */
public final class NodeKinds {
    static final Symbol QUEUE = Symbol.valueOf("queue");
    static final Symbol TOPIC = Symbol.valueOf("topic");
    static final Symbol SHARED = Symbol.valueOf("shared");
    static final Symbol GLOBAL = Symbol.valueOf("global");
    private static final Set<Symbol> QUEUES = Set.of(QUEUE, Symbol.valueOf("temporary-queue"));
    private static final Set<Symbol> TOPICS = Set.of(TOPIC, Symbol.valueOf("temporary-topic"));
    private static final Set<Symbol> SUBSCRIPTIONS = Set.of(SHARED, GLOBAL);

    private final Predicate<String> topics;

    /** @param topics addresses that are topics where nobody says anything */
    public NodeKinds(Predicate<String> topics) {
        this.topics = topics;
    }

    /** @param capabilities of the terminus, may be null */
    NodeKind of(Symbol[] capabilities, String address) {
        if (TemporaryName.is(address)) {
            return ofTemporary(address);
        }
        if (RabbitAddress.is(address)) {
            return NodeKind.QUEUE;
        }
        if (has(capabilities, TOPICS)) {
            return NodeKind.TOPIC;
        }
        if (has(capabilities, QUEUES)) {
            return NodeKind.QUEUE;
        }
        return has(capabilities, SUBSCRIPTIONS) || topics.test(address) ? NodeKind.TOPIC : NodeKind.QUEUE;
    }

    /** Of the address that a message names itself. */
    NodeKind of(Message message, String address) {
        if (TemporaryName.is(address)) {
            return ofTemporary(address);
        }
        return switch (MessageFields.jmsDestination(message)) {
            case MessageFields.JMS_QUEUE, MessageFields.JMS_TEMPORARY_QUEUE -> NodeKind.QUEUE;
            case MessageFields.JMS_TOPIC, MessageFields.JMS_TEMPORARY_TOPIC -> NodeKind.TOPIC;
            default -> topics.test(address) ? NodeKind.TOPIC : NodeKind.QUEUE;
        };
    }

    /** The name was made for one or the other. */
    private static NodeKind ofTemporary(String address) {
        return TemporaryName.isTopic(address) ? NodeKind.TOPIC : NodeKind.QUEUE;
    }

    /** Whether they stand for what only a topic can be. */
    static boolean asksForTopic(Symbol[] capabilities) {
        return has(capabilities, TOPICS) || has(capabilities, SUBSCRIPTIONS);
    }

    static boolean has(Symbol[] capabilities, Symbol wanted) {
        return capabilities != null && Arrays.asList(capabilities).contains(wanted);
    }

    private static boolean has(Symbol[] capabilities, Set<Symbol> anyOf) {
        return capabilities != null && Arrays.stream(capabilities).anyMatch(anyOf::contains);
    }
}
