package io.sluice.amqp;

import io.sluice.amqp.servicebus.SessionFilter;
import io.sluice.broker.NodeKind;
import io.sluice.broker.queue.Consumer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transaction.TxnCapability;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sender;

/** Answers an attach: with the terminus as it really is, or with none and a detach (AMQP 1.0 §2.6.3, §3.5). */
final class Terminus {
    /** Messages may ask for a later delivery. Qpid JMS looks for it on the connection and on the link. */
    static final Symbol DELAYED_DELIVERY = Symbol.valueOf("DELAYED_DELIVERY");

    static final Symbol COPY = Symbol.valueOf("copy");
    static final Symbol MOVE = Symbol.valueOf("move");
    private static final Symbol TEMPORARY_QUEUE = Symbol.valueOf("temporary-queue");
    private static final Symbol TEMPORARY_TOPIC = Symbol.valueOf("temporary-topic");
    /** Of RabbitMQ's clients for answers to their requests: they need not outlive who waits for them, and temporary queues do not. */
    static final Symbol VOLATILE_QUEUE = Symbol.valueOf("rabbitmq:volatile-queue");

    private static final Set<Symbol> CAPABILITIES =
            Set.of(NodeKinds.QUEUE, NodeKinds.TOPIC, NodeKinds.SHARED, NodeKinds.GLOBAL);
    /** What the coordinator can do (§4.5.3). */
    private static final Symbol[] TRANSACTIONS = {
        TxnCapability.LOCAL_TXN, TxnCapability.MULTI_TXNS_PER_SSN, TxnCapability.MULTI_SSNS_PER_TXN
    };

    private Terminus() {}

    /** Whether a consumer browses. */
    static boolean copies(Source source) {
        return COPY.equals(source.getDistributionMode());
    }

    /**
     * The peer sends.
     *
     * @param node the queue it sends to; empty where it sends to none, or to many
     * @param kept whether what is unsettled is kept when the link goes
     */
    static void accept(Receiver receiver, int maxMessageBytes, Optional<LinkNode> node, boolean kept) {
        echoSettleModes(receiver);
        receiver.setSource(receiver.getRemoteSource());
        Target target = new Target();
        if (receiver.getRemoteTarget() instanceof Target asked) {
            describe(target, asked, node);
        }
        if (kept) {
            keep(target);
        }
        receiver.setTarget(receiver.getRemoteTarget() instanceof Coordinator ? coordinator() : target);
        receiver.setOfferedCapabilities(new Symbol[] {DELAYED_DELIVERY});
        receiver.setMaxMessageSize(UnsignedLong.valueOf(maxMessageBytes));
        receiver.open();
    }

    /** Until the peer says that it has no use for it any longer. */
    static void keep(org.apache.qpid.proton.amqp.messaging.Terminus answer) {
        answer.setDurable(TerminusDurability.UNSETTLED_STATE);
        answer.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        answer.setTimeout(UnsignedInteger.ZERO);
    }

    /** As {@link #accept(Sender, Source)}, of a consumer that is attached. @param kept whether what is unsettled is kept when the link goes */
    static void accept(Sender sender, Source source, Consumer consumer, boolean kept) {
        if (kept) {
            keep(source);
        }
        if (consumer.mode() == Consumer.Mode.COPY) {
            // Also where it asked to take: the queue may be one that nobody takes from.
            source.setDistributionMode(COPY);
        }
        consumer.session().ifPresent(session -> SessionFilter.answer(sender, source, session));
        accept(sender, source);
    }

    /** The peer receives. @param source as it really is */
    static void accept(Sender sender, Source source) {
        echoSettleModes(sender);
        sender.setSource(source);
        sender.setTarget(sender.getRemoteTarget());
        sender.open();
    }

    /**
     * A source as it is, of which nothing is kept.
     *
     * @param filters what is applied of the filters it asks for; the others are not in the answer
     * @param node the queue it receives from; empty where it is none
     */
    static Source answer(Source asked, Map<Symbol, Object> filters, Optional<LinkNode> node) {
        Source source = new Source();
        describe(source, asked, node);
        source.setDistributionMode(copies(asked) ? COPY : MOVE);
        SourceOutcomes.of(asked).describe(source);
        source.setFilter(filters.isEmpty() ? null : filters);
        return source;
    }

    private static Coordinator coordinator() {
        Coordinator coordinator = new Coordinator();
        coordinator.setCapabilities(TRANSACTIONS);
        return coordinator;
    }

    private static void describe(
            org.apache.qpid.proton.amqp.messaging.Terminus answer,
            org.apache.qpid.proton.amqp.messaging.Terminus asked,
            Optional<LinkNode> node) {
        answer.setAddress(asked.getAddress());
        TerminusExpiry.AT_ONCE.describe(answer);
        node.ifPresent(queue -> queue.describe(answer));
        answer.setCapabilities(known(asked.getCapabilities(), node));
    }

    /** The terminus that is ours stays null: that is how the peer knows that a detach follows. */
    static void refuse(Link link, ErrorCondition condition) {
        echoSettleModes(link);
        if (link instanceof Receiver) {
            link.setSource(link.getRemoteSource());
        } else {
            link.setTarget(link.getRemoteTarget());
        }
        link.open();
        link.setCondition(condition);
        link.close();
    }

    private static void echoSettleModes(Link link) {
        link.setSenderSettleMode(link.getRemoteSenderSettleMode());
        ReceiverSettleMode mode = link.getRemoteReceiverSettleMode();
        link.setReceiverSettleMode(mode == null ? ReceiverSettleMode.FIRST : mode);
    }

    private static Symbol[] known(Symbol[] capabilities, Optional<LinkNode> node) {
        List<Symbol> known = new ArrayList<>();
        boolean temporary = node.isPresent() && node.get().isTemporary();
        boolean topic = temporary && node.get().kind() == NodeKind.TOPIC;
        for (Symbol capability : capabilities == null ? new Symbol[0] : capabilities) {
            if (CAPABILITIES.contains(capability) || (temporary && isOfTemporary(capability, topic))) {
                known.add(capability);
            }
        }
        return known.isEmpty() ? null : known.toArray(new Symbol[0]);
    }

    private static boolean isOfTemporary(Symbol capability, boolean topic) {
        return topic
                ? capability.equals(TEMPORARY_TOPIC)
                : capability.equals(TEMPORARY_QUEUE) || capability.equals(VOLATILE_QUEUE);
    }
}
