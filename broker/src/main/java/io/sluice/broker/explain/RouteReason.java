package io.sluice.broker.explain;

/** Why a message goes on from a node, or does not. */
public enum RouteReason {
    /** A binding matches: it goes on to a queue or another exchange. */
    BOUND,
    /** The default exchange gives it to the queue that its routing key names. */
    NAMED,
    /** The exchange gives to nobody: nothing is bound. */
    NO_BINDINGS,
    /** The exchange has bindings, and none matches. */
    NO_BINDING_MATCHES,
    /** It goes on to the alternate exchange, since nothing else wants it. */
    ALTERNATE_EXCHANGE,
    /** There is no exchange of that name to go on to. */
    NO_SUCH_EXCHANGE,
    /** There is no queue of the name that its routing key is. */
    NO_SUCH_QUEUE,
    /** It has been there already. */
    SEEN,
    /** A divert takes it on, beside where it is. */
    DIVERTED,
    /** A divert takes it on, and it does not stay. */
    DIVERTED_ONLY,
    /** The queue forwards what comes. */
    FORWARDED,
    /** The filter of a divert does not select it. */
    NOT_SELECTED,
    /** It has been gone on from as often as it may. */
    TOO_MANY_HOPS,
    /** It is to go to a topic of another shard. */
    ELSEWHERE,
    /** It is to go to a queue that is not there, and is made when it comes. */
    MADE,
    /** It stays in the queue. */
    ARRIVES,
    /** It would stay in the queue, which takes none: it is full or paused. */
    REFUSED,
    /** No subscription wants it: it is taken, and dropped. */
    DROPPED,
    /** No queue gets it: it goes back to who sent it. */
    UNROUTABLE
}
