package io.sluice.amqp;

/**
 * Takes what peers change beside sending and receiving, and what they were refused to change: one call for each request that is
 * answered. Any thread, event loops and shards among them: it neither blocks nor throws.
 */
@FunctionalInterface
public interface AuditTrail {
    /** Nobody wants to know. */
    AuditTrail NONE = change -> {};

    void add(AuditedChange change);
}
