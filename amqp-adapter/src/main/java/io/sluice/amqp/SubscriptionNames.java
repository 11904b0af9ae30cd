package io.sluice.amqp;

import io.sluice.broker.Subscription.Identity;
import io.sluice.broker.SubscriptionExpiry;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;

/**
 * By what a subscription is found again. Links that share one have names of their own, {@code sub}, {@code sub|2},
 * {@code sub|global}, {@code sub|volatile1}, {@code sub|global-volatile1}: what stands before the bar is the subscription's.
 */
final class SubscriptionNames {
    private static final char MARK = '|';

    private SubscriptionNames() {}

    static Identity of(String container, Source source, String linkName, SubscriptionExpiry expiry) {
        boolean kept = !expiry.equals(SubscriptionExpiry.WITH_LINKS);
        return of(container, source, linkName, SubscriptionTerminus.isDurable(source), kept);
    }

    /** Of one that is not kept, whatever is asked for. */
    static Identity whileAttached(String container, Source source, String linkName) {
        return of(container, source, linkName, false, false);
    }

    private static Identity of(String container, Source source, String linkName, boolean durable, boolean kept) {
        boolean shared = NodeKinds.has(source.getCapabilities(), NodeKinds.SHARED);
        boolean global = shared && NodeKinds.has(source.getCapabilities(), NodeKinds.GLOBAL);
        String name = shared ? bare(linkName) : durable || kept ? linkName : "";
        return new Identity(global ? "" : needed(container), name, durable);
    }

    /** The link comes back to a subscription and says no more than its own name. */
    static List<Identity> of(String container, Symbol[] desired, String linkName) {
        boolean global = NodeKinds.has(desired, NodeKinds.GLOBAL);
        String from = global ? "" : needed(container);
        Set<Identity> candidates = new LinkedHashSet<>();
        if (!global) {
            candidates.add(new Identity(from, linkName, true));
        }
        candidates.add(new Identity(from, bare(linkName), true));
        candidates.add(new Identity(from, linkName, false));
        return List.copyOf(candidates);
    }

    private static String needed(String container) {
        if (container.isEmpty()) {
            throw new IllegalArgumentException("a subscription that is not global needs a container-id");
        }
        return container;
    }

    private static String bare(String linkName) {
        int mark = linkName.indexOf(MARK);
        return mark <= 0 ? linkName : linkName.substring(0, mark);
    }
}
