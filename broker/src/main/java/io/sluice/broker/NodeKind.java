package io.sluice.broker;

/** What an address names. A queue and a topic of the same name are two nodes that know nothing of each other. */
public enum NodeKind {
    /** Each message goes to one consumer. */
    QUEUE,
    /** Each message goes to every subscription that wants it. */
    TOPIC
}
