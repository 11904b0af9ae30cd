package io.sluice.broker.queue;

/** Why a message is, or is not, on its way to a consumer at this instant. */
public enum DispatchReason {
    /** The queue has no available message. */
    NOTHING_AVAILABLE,
    /** There is no such message. */
    NO_SUCH_MESSAGE,
    /** A consumer has it and has not settled it. */
    LOCKED,
    /** A change to it is on the way to the journal. */
    SETTLING,
    /** Its time to live is over; it leaves with the next tick. */
    EXPIRED,
    /** Its producer asked for a later delivery, or its last one failed and it waits for the next. */
    SCHEDULED,
    /** A consumer has put it aside, to fetch it by its number. */
    PARKED,
    /** It is out of memory, and is read when it is nearly next. */
    PAGED_OUT,
    /** It is out of memory, and is being read. */
    LOADING,
    /** It is out of memory and cannot be read: its page is damaged. The log names it. */
    DAMAGED,
    /** An administrator has paused the queue. */
    PAUSED,
    /** Nobody is attached who takes messages. */
    NO_CONSUMER,
    /** Consumers are attached, none has credit. */
    NO_CREDIT,
    /** One consumer gets everything and has no credit, or is being replaced; those with credit stand by. */
    NOT_ACTIVE_CONSUMER,
    /** Its group is with a consumer that has no credit, or that has returned a message of it which is not back yet. */
    GROUP_OWNED,
    /** Every consumer with credit selects other messages. */
    NOT_SELECTED,
    /** Every consumer with credit, or every one there is, has said that it is undeliverable to it. */
    UNDELIVERABLE_HERE,
    /** Nobody takes it: every receiver attached that wants it has seen it, and it stays. */
    SEEN,
    /** It is available and will be dispatched in its order. */
    NEXT
}
