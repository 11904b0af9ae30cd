package io.sluice.broker;

/** What an address names. A queue, a topic and an exchange of the same name are nodes that know nothing of each other. */
public enum NodeKind {
    /** Each message goes to one consumer. */
    QUEUE,
    /** Each message goes to every subscription that wants it. */
    TOPIC,
    /** Each message goes to every queue that is bound so that it wants it. */
    EXCHANGE
}
