package io.sluice.broker.transaction;

/**
 * What the transactions of one connection may take.
 *
 * @param maxOpen transactions that are declared and not over
 * @param maxOperations messages sent and deliveries settled in one transaction, together
 * @param maxBytes of memory for the messages sent in one transaction; the journal takes no more than one of its files at once
 * @param timeoutMillis from its declaration to its discharge, 0 for any time
 */
public record TransactionLimits(int maxOpen, int maxOperations, long maxBytes, long timeoutMillis) {
    public static final TransactionLimits DEFAULT = new TransactionLimits(256, 50_000, 32L << 20, 300_000);

    public TransactionLimits {
        if (maxOpen < 1 || maxOperations < 1 || maxBytes < 1) {
            throw new IllegalArgumentException("a limit is 1 or more");
        }
        if (timeoutMillis < 0) {
            throw new IllegalArgumentException("a time-out is positive, or 0 for none");
        }
    }
}
