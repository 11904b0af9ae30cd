package io.sluice.broker.shard;

import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.record.JournalRecord.Subscribed;
import io.sluice.broker.routing.Binding;
import io.sluice.broker.routing.Bindings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Subscriptions whose links are gone, until their time is over (AMQP 1.0 §3.5.6). How the expiry of a durable one stands is in its record:
 * the wait goes on behind a restart. Shard's thread only.
 */
final class Expiring {
    private final End end;
    /** By the links that they are kept for. */
    private final Map<Consumer, Binding> kept = new HashMap<>();

    private final Set<Binding> waiting = new LinkedHashSet<>();

    /** Ends a subscription. */
    interface End {
        void end(Binding binding, Turn turn, Turn.Effect then);
    }

    Expiring(End end) {
        this.end = end;
    }

    /** The link is one of the subscription's. @param expiry from here on */
    void joined(Consumer link, Binding binding, SubscriptionExpiry expiry, Turn turn) {
        kept.put(link, binding);
        waiting.remove(binding);
        decide(binding, new SubscriptionExpiry.State(expiry, 0), turn);
    }

    private static void decide(Binding binding, SubscriptionExpiry.State state, Turn turn) {
        if (binding.expiry().equals(state)) {
            return;
        }
        binding.expiry(state);
        if (binding.subscription().durable()) {
            long queueId = binding.queue().id();
            turn.decide(new Subscribed(queueId, binding.subscription(), state), true, Turn.Effect.NOTHING);
        }
    }

    /** Nobody who had it is waited for: others have it, or it is gone. */
    void forget(Binding binding) {
        binding.keptFor().forEach(kept::remove);
        binding.keptFor().clear();
        waiting.remove(binding);
    }

    /** The event has come that the policy names, for one of its links. */
    void orphaned(Consumer link, Turn turn) {
        Binding binding = kept.remove(link);
        if (binding == null) {
            return;
        }
        binding.keptFor().remove(link);
        if (binding.keptFor().isEmpty() && !binding.queue().isDeleted()) {
            begin(binding, turn);
        }
    }

    private void begin(Binding binding, Turn turn) {
        SubscriptionExpiry expiry = binding.expiry().expiry();
        if (expiry.isNever()) {
            return;
        }
        if (expiry.timeoutSeconds() == 0) {
            end.end(binding, turn, Turn.Effect.NOTHING);
        } else {
            long endsAtMillis = turn.nowMillis() + expiry.timeoutMillis();
            decide(binding, new SubscriptionExpiry.State(expiry, endsAtMillis), turn);
            waiting.add(binding);
        }
    }

    void tick(Turn turn) {
        List<Binding> late = new ArrayList<>();
        waiting.removeIf(binding -> binding.queue().isDeleted());
        for (Binding binding : waiting) {
            if (binding.expiry().endsAtMillis() <= turn.nowMillis()) {
                late.add(binding);
            }
        }
        late.forEach(binding -> end.end(binding, turn, Turn.Effect.NOTHING));
    }

    /** What was recorded holds; where a link had a subscription, the end of who served before was the event. */
    void serves(Bindings bindings, Turn turn) {
        for (Binding binding : List.copyOf(bindings.all())) {
            if (binding.keptFor().isEmpty() && binding.subscription().durable()) {
                bindings.recorded(binding.queue().id()).ifPresent(record -> binding.expiry(record.expiry()));
                if (binding.expiry().waits()) {
                    waiting.add(binding);
                } else {
                    begin(binding, turn);
                }
            }
        }
    }
}
