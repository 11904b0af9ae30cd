package io.sluice.broker.explain;

import io.sluice.broker.port.LinkDescription;
import io.sluice.broker.queue.DispatchReason;
import java.util.List;

/** A reason with what is known of it. */
public sealed interface Cause {
    DispatchReason reason();

    /** There is nothing more to say than the reason. */
    record Plain(DispatchReason reason) implements Cause {}

    /** Of the queue's messages none is available. */
    record NothingAvailable(Held held) implements Cause {
        @Override
        public DispatchReason reason() {
            return DispatchReason.NOTHING_AVAILABLE;
        }
    }

    /**
     * Messages of a queue that nobody may have now.
     *
     * @param unsettled with consumers, or being settled
     * @param scheduled for later
     * @param damaged in pages that cannot be read
     */
    record Held(long unsettled, long scheduled, long damaged) {}

    /**
     * @param by {@link LinkDescription#UNKNOWN} where no link has it any more, but a transaction that is not discharged
     * @param sinceMillis epoch milliseconds at which it was given to the link, 0 where that is not known
     * @param untilMillis epoch milliseconds at which it goes back by itself, {@link Long#MAX_VALUE} where it does not
     */
    record Locked(LinkDescription by, long sinceMillis, long untilMillis) implements Cause {
        @Override
        public DispatchReason reason() {
            return DispatchReason.LOCKED;
        }
    }

    /**
     * A receiver has asked for it by its number and is given it when it has credit.
     *
     * @param sinceMillis epoch milliseconds at which it attached
     */
    record AskedFor(LinkDescription by, long sinceMillis) implements Cause {
        @Override
        public DispatchReason reason() {
            return DispatchReason.LOCKED;
        }
    }

    /** @param untilMillis epoch milliseconds; 0 where its page would have to be read to know */
    record Scheduled(long untilMillis) implements Cause {
        @Override
        public DispatchReason reason() {
            return DispatchReason.SCHEDULED;
        }
    }

    /** @param atMillis epoch milliseconds */
    record Expired(long atMillis) implements Cause {
        @Override
        public DispatchReason reason() {
            return DispatchReason.EXPIRED;
        }
    }

    /** Links that would take it have given no credit. */
    record NoCredit(List<Waiting> links) implements Cause {
        public NoCredit {
            links = List.copyOf(links);
        }

        @Override
        public DispatchReason reason() {
            return DispatchReason.NO_CREDIT;
        }
    }

    /**
     * A link without credit.
     *
     * @param sinceMillis epoch milliseconds, 0 where it never had any
     * @param unsettled what it has and has not settled
     */
    record Waiting(LinkDescription link, long sinceMillis, int unsettled) {}

    /** The links that are meant want other messages ({@code NOT_SELECTED}), or have refused it ({@code UNDELIVERABLE_HERE}). */
    record NotForThem(DispatchReason reason, List<LinkDescription> links) implements Cause {
        public NotForThem {
            links = List.copyOf(links);
        }
    }

    /**
     * Its message group is with a consumer that can take no more of it now.
     *
     * @param group its group-id
     * @param returning a message of the group that the consumer has returned is not back yet; else the consumer has no credit, or wants
     *     other messages while it has some of the group
     */
    record GroupOwned(String group, LinkDescription by, boolean returning) implements Cause {
        @Override
        public DispatchReason reason() {
            return DispatchReason.GROUP_OWNED;
        }
    }

    /** One consumer gets everything; it has no credit, or is to be replaced when it has settled what it has. */
    record StandsBy(LinkDescription active) implements Cause {
        @Override
        public DispatchReason reason() {
            return DispatchReason.NOT_ACTIVE_CONSUMER;
        }
    }
}
