package io.sluice.amqp;

import io.sluice.broker.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;

/** The outcomes that can be chosen on a link, and the one that counts where none is (AMQP 1.0 §3.5.3). */
final class SourceOutcomes {
    private static final List<Symbol> ALL = List.of(
            Accepted.DESCRIPTOR_SYMBOL,
            Rejected.DESCRIPTOR_SYMBOL,
            Released.DESCRIPTOR_SYMBOL,
            Modified.DESCRIPTOR_SYMBOL);

    private final Set<Symbol> listed;
    private final org.apache.qpid.proton.amqp.messaging.Outcome stated;
    private final Optional<Outcome> byDefault;

    private SourceOutcomes(Set<Symbol> listed, org.apache.qpid.proton.amqp.messaging.Outcome asked) {
        this.listed = listed;
        this.byDefault = DeliveryStates.outcome(asked);
        this.stated = byDefault.isPresent() ? asked : null;
    }

    /** A source without a list restricts nothing. @param source of an attach; anything else is as one without a list */
    static SourceOutcomes of(Object source) {
        if (!(source instanceof Source from)) {
            return new SourceOutcomes(new LinkedHashSet<>(ALL), null);
        }
        Symbol[] named = from.getOutcomes();
        Set<Symbol> listed = new LinkedHashSet<>(ALL);
        if (named != null && named.length > 0) {
            listed.retainAll(Arrays.asList(named));
        }
        return new SourceOutcomes(listed, from.getDefaultOutcome());
    }

    /** Whether it may be chosen; what is no outcome is not asked about here. */
    boolean allows(Object state) {
        return listed.size() == ALL.size() || listed.contains(symbol(state));
    }

    boolean allows(Symbol outcome) {
        return listed.contains(outcome);
    }

    /** The outcome that says no; empty where none does that may be chosen. */
    Optional<DeliveryState> refusal(ErrorCondition condition) {
        if (allows(Rejected.DESCRIPTOR_SYMBOL)) {
            Rejected rejected = new Rejected();
            rejected.setError(condition);
            return Optional.of(rejected);
        }
        if (allows(Released.DESCRIPTOR_SYMBOL)) {
            return Optional.of(Released.getInstance());
        }
        return allows(Modified.DESCRIPTOR_SYMBOL) ? Optional.of(new Modified()) : Optional.empty();
    }

    private static Symbol symbol(Object state) {
        if (state instanceof Accepted) {
            return Accepted.DESCRIPTOR_SYMBOL;
        } else if (state instanceof Rejected) {
            return Rejected.DESCRIPTOR_SYMBOL;
        }
        return state instanceof Released ? Released.DESCRIPTOR_SYMBOL : Modified.DESCRIPTOR_SYMBOL;
    }

    Optional<Outcome> byDefault() {
        return byDefault;
    }

    void describe(Source answer) {
        answer.setOutcomes(new ArrayList<>(listed).toArray(new Symbol[0]));
        answer.setDefaultOutcome(stated);
    }
}
