package io.sluice.amqp;

import io.sluice.broker.Lifetime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.DeleteOnClose;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinks;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinksOrMessages;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoMessages;
import org.apache.qpid.proton.amqp.messaging.LifetimePolicy;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;

/** The dynamic-node-properties of a terminus (AMQP 1.0 §3.5.9): what is asked of a new node, and what it is. */
final class NodeProperties {
    private static final Symbol LIFETIME_POLICY = Symbol.valueOf("lifetime-policy");
    private static final Symbol SUPPORTED_DIST_MODES = Symbol.valueOf("supported-dist-modes");

    private NodeProperties() {}

    /** Why these cannot be asked of a node, empty where they can. Properties nobody knows are not in the answer, and no problem. */
    static Optional<ErrorCondition> problemOf(Map<?, ?> asked) {
        Object policy = policy(asked);
        if (policy == null || policy instanceof LifetimePolicy) {
            return Optional.empty();
        }
        String text = "lifetime-policy is one of the described lists 0x2b to 0x2e, not a "
                + policy.getClass().getSimpleName();
        return Optional.of(Conditions.of(Conditions.DECODE_ERROR, text));
    }

    /** The lifetime asked for; without a word of it, a node goes with the link that created it. */
    static Lifetime lifetime(Map<?, ?> asked) {
        Object policy = policy(asked);
        if (policy instanceof DeleteOnNoLinks) {
            return Lifetime.DELETE_ON_NO_LINKS;
        } else if (policy instanceof DeleteOnNoMessages) {
            return Lifetime.DELETE_ON_NO_MESSAGES;
        } else if (policy instanceof DeleteOnNoLinksOrMessages) {
            return Lifetime.DELETE_ON_NO_LINKS_OR_MESSAGES;
        }
        return Lifetime.DELETE_ON_CLOSE;
    }

    private static Object policy(Map<?, ?> asked) {
        return asked == null ? null : asked.get(LIFETIME_POLICY);
    }

    /** Of a queue. */
    static Map<Symbol, Object> answer(Lifetime lifetime) {
        Map<Symbol, Object> properties = new LinkedHashMap<>();
        properties.put(LIFETIME_POLICY, policy(lifetime));
        properties.put(SUPPORTED_DIST_MODES, new Symbol[] {Terminus.MOVE, Terminus.COPY});
        return properties;
    }

    private static LifetimePolicy policy(Lifetime lifetime) {
        return switch (lifetime) {
            case DELETE_ON_CLOSE -> DeleteOnClose.getInstance();
            case DELETE_ON_NO_LINKS -> DeleteOnNoLinks.getInstance();
            case DELETE_ON_NO_MESSAGES -> DeleteOnNoMessages.getInstance();
            case DELETE_ON_NO_LINKS_OR_MESSAGES -> DeleteOnNoLinksOrMessages.getInstance();
        };
    }
}
