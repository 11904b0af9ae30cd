package io.sluice.amqp;

import io.sluice.amqp.filter.SourceFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
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

    private static final Symbol COPY = Symbol.valueOf("copy");
    private static final Symbol MOVE = Symbol.valueOf("move");
    private static final Symbol QUEUE = Symbol.valueOf("queue");
    private static final Set<Symbol> TOPICS =
            Set.of(Symbol.valueOf("topic"), Symbol.valueOf("temporary-topic"), Symbol.valueOf("shared"));
    /** What the coordinator can do (§4.5.3). */
    private static final Symbol[] TRANSACTIONS = {
        TxnCapability.LOCAL_TXN, TxnCapability.MULTI_TXNS_PER_SSN, TxnCapability.MULTI_SSNS_PER_TXN
    };

    private static final Symbol[] OUTCOMES = {
        Accepted.DESCRIPTOR_SYMBOL, Rejected.DESCRIPTOR_SYMBOL, Released.DESCRIPTOR_SYMBOL, Modified.DESCRIPTOR_SYMBOL
    };

    private Terminus() {}

    /** Whether the peer asks for what only a topic can be. */
    static boolean asksForTopic(Symbol[] capabilities) {
        return capabilities != null && Arrays.stream(capabilities).anyMatch(TOPICS::contains);
    }

    /** Whether a consumer browses. */
    static boolean copies(Source source) {
        return COPY.equals(source.getDistributionMode());
    }

    /** Whether the sender understands {@code rejected}: a source without a list does not restrict it. */
    static boolean offersRejected(Object source) {
        if (source instanceof Source from && from.getOutcomes() != null && from.getOutcomes().length > 0) {
            return Arrays.asList(from.getOutcomes()).contains(Rejected.DESCRIPTOR_SYMBOL);
        }
        return true;
    }

    /** The peer sends. */
    static void accept(Receiver receiver, int maxMessageBytes) {
        echoSettleModes(receiver);
        receiver.setSource(receiver.getRemoteSource());
        if (receiver.getRemoteTarget() instanceof Target asked) {
            Target target = new Target();
            target.setAddress(asked.getAddress());
            target.setDurable(asked.getDurable());
            target.setExpiryPolicy(asked.getExpiryPolicy());
            target.setTimeout(asked.getTimeout());
            target.setCapabilities(known(asked.getCapabilities()));
            receiver.setTarget(target);
        } else if (receiver.getRemoteTarget() instanceof Coordinator) {
            Coordinator coordinator = new Coordinator();
            coordinator.setCapabilities(TRANSACTIONS);
            receiver.setTarget(coordinator);
        } else {
            receiver.setTarget(new Target());
        }
        receiver.setOfferedCapabilities(new Symbol[] {DELAYED_DELIVERY});
        receiver.setMaxMessageSize(UnsignedLong.valueOf(maxMessageBytes));
        receiver.open();
    }

    /** The peer receives. @param filter what is applied of the filters it asks for; the others are not in the answer */
    static void accept(Sender sender, SourceFilter filter) {
        echoSettleModes(sender);
        Source asked = (Source) sender.getRemoteSource();
        Source source = new Source();
        source.setAddress(asked.getAddress());
        source.setDistributionMode(copies(asked) ? COPY : MOVE);
        source.setOutcomes(OUTCOMES);
        source.setDefaultOutcome(
                DeliveryStates.outcome(asked.getDefaultOutcome()).isPresent() ? asked.getDefaultOutcome() : null);
        source.setCapabilities(known(asked.getCapabilities()));
        source.setFilter(filter.isEmpty() ? null : filter.accepted());
        sender.setSource(source);
        sender.setTarget(sender.getRemoteTarget());
        sender.open();
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

    private static Symbol[] known(Symbol[] capabilities) {
        List<Symbol> known = new ArrayList<>();
        if (capabilities != null && Arrays.asList(capabilities).contains(QUEUE)) {
            known.add(QUEUE);
        }
        return known.isEmpty() ? null : known.toArray(new Symbol[0]);
    }
}
