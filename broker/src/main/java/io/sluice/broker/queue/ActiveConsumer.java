package io.sluice.broker.queue;

import java.util.Optional;

/**
 * Of a queue where one consumer gets everything: which that is. The next takes over when that one is gone or one of a higher rank is
 * there, and not before all that the former had is settled, so that what it returns comes before what it has not had.
 */
final class ActiveConsumer {
    /** Null while nobody is. */
    private Consumer active;
    /** It is given nothing more; the next takes over when it has nothing left. */
    private boolean retiring;

    /** Who is, also while that one is to be replaced. */
    Optional<Consumer> who() {
        return Optional.ofNullable(active);
    }

    /** Whether the consumer may be given messages. */
    boolean is(Consumer consumer) {
        return consumer == active && !retiring;
    }

    /**
     * Who there is has changed, or what they have.
     *
     * @param takers in the order they came
     * @return whether another one is active now, or nobody is
     */
    boolean elect(Iterable<Consumer> takers) {
        Consumer best = null;
        boolean stays = false;
        for (Consumer taker : takers) {
            stays |= taker == active;
            if (taker.isTakingAway()) {
                continue;
            }
            if (best == null || taker.rank() > best.rank()) {
                best = taker;
            }
        }
        if (active == null || ((!stays || best.rank() > active.rank()) && active.unsettled.held() == 0)) {
            boolean changed = active != best;
            active = best;
            retiring = false;
            return changed;
        }
        boolean retires = !stays || best.rank() > active.rank();
        boolean changed = retires != retiring;
        retiring = retires;
        return changed;
    }

    /** All are given messages again. */
    void forget() {
        active = null;
        retiring = false;
    }
}
