package io.sluice.broker.shard;

import java.util.Optional;

/** Whether the node has room for more from producers, and why not. Consumers are never held back by it. */
final class Pressure {
    private final ShardLimits limits;
    private long inFlightBytes;
    /** Of messages in transactions that are not discharged. */
    private long enlistedBytes;

    private boolean journalBehind;
    private String roomLow = "";
    private String told = "";

    Pressure(ShardLimits limits) {
        this.limits = limits;
    }

    void appended(long bytes) {
        inFlightBytes += bytes;
        journalBehind |= inFlightBytes > limits.inFlightBytes();
    }

    void committed(long bytes) {
        inFlightBytes -= bytes;
        journalBehind &= inFlightBytes > limits.inFlightBytes() / 2;
    }

    /** A transaction has taken a message. */
    void enlisted(long bytes) {
        enlistedBytes += bytes;
    }

    /** It was discharged. */
    void discharged(long bytes) {
        enlistedBytes -= bytes;
    }

    /** Whether transactions may take no more: half of the memory is for what is in queues. */
    boolean transactionsExhausted(long moreBytes) {
        return enlistedBytes + moreBytes > limits.memoryBytes() / 2;
    }

    void roomLow(boolean low, String reason) {
        roomLow = low ? reason : "";
    }

    /** Whether a message must be refused: the bound that credit could not keep. What waits for the journal is in memory too. */
    boolean memoryExhausted(long messageBytes) {
        return messageBytes + inFlightBytes + enlistedBytes > limits.memoryBytes();
    }

    /** The reason, where producers get credit and did not when this was asked last, or the other way round. */
    Optional<String> changed(long messageBytes) {
        String reason = reason(messageBytes);
        boolean changed = reason.isEmpty() != told.isEmpty();
        told = reason;
        return changed ? Optional.of(reason) : Optional.empty();
    }

    /** Why producers get no credit, "" when they do. */
    String reason(long messageBytes) {
        if (!roomLow.isEmpty()) {
            return roomLow;
        }
        if (journalBehind) {
            return "the disk is behind: " + inFlightBytes + " bytes wait to be written";
        }
        if (messageBytes + enlistedBytes > limits.memoryBytes() / 10 * 9) {
            return "messages take nine tenths of the memory they may take, " + limits.memoryBytes() + " bytes";
        }
        return "";
    }
}
