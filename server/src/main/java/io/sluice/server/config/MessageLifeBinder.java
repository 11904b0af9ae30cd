package io.sluice.server.config;

import io.sluice.broker.Forward;
import io.sluice.broker.MessageLife;
import io.sluice.broker.MessageLife.Backoff;
import io.sluice.broker.MessageLife.Growth;
import io.sluice.broker.MessageLife.LastValue;
import io.sluice.broker.MessageLife.Waits;
import io.sluice.broker.NodeKind;
import io.sluice.broker.QueueDefinition;
import io.sluice.server.config.Section.Range;
import java.util.Map;
import java.util.Optional;

/** Reads of a queue's section what becomes of its messages beside being given out. */
final class MessageLifeBinder {
    private static final Map<String, Growth> GROWTHS = Map.of(
            "none", Growth.NONE, "fixed", Growth.FIXED, "linear", Growth.LINEAR, "exponential", Growth.EXPONENTIAL);
    private static final Map<String, Waits> WAITS =
            Map.of("failed", Waits.FAILED, "returned", Waits.RETURNED, "all", Waits.ALL);
    private static final Range DELAY_MILLIS = new Range(1, Backoff.MAX_MILLIS, false);

    private final Section section;

    MessageLifeBinder(Section section) {
        this.section = section;
    }

    MessageLife life() {
        long acquisitions = section.number("maxAcquisitions", new Range(1, 1_000_000, true), Configuration.UNLIMITED);
        return new MessageLife(
                backoff(),
                acquisitions == Configuration.UNLIMITED ? 0 : (int) acquisitions,
                section.number("undeliverableMillis", Range.atLeast(0), 0),
                lastValue(),
                section.flag("stampMessages", false),
                acknowledgedQueue(),
                forward());
    }

    private Optional<Forward> forward() {
        String to = section.textOrNone("forwardTo", "");
        NodeKind kind = section.choice("forwardToA", DivertBinder.KINDS, NodeKind.QUEUE);
        try {
            return to.isEmpty() ? Optional.empty() : Optional.of(new Forward(kind, to));
        } catch (IllegalArgumentException e) {
            section.problem("forwardTo", "leads nowhere: " + e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<String> acknowledgedQueue() {
        String queue = section.textOrNone("acknowledgedQueue", "");
        if (queue.length() > QueueDefinition.MAX_NAME_LENGTH) {
            section.problem(
                    "acknowledgedQueue",
                    "has " + queue.length() + " characters; it must have up to " + QueueDefinition.MAX_NAME_LENGTH);
            return Optional.empty();
        }
        return queue.isEmpty() ? Optional.empty() : Optional.of(queue);
    }

    private Backoff backoff() {
        Backoff defaults = Backoff.DEFAULT;
        Growth growth = section.choice("retryBackoff", GROWTHS, Growth.NONE);
        long delay = section.number("retryDelayMillis", DELAY_MILLIS, defaults.delayMillis());
        int multiplier = section.number(
                "retryMultiplierPercent", 100, Backoff.MAX_MULTIPLIER_PERCENT, defaults.multiplierPercent());
        long longest = section.number("retryMaxDelayMillis", DELAY_MILLIS, Math.max(delay, defaults.maxDelayMillis()));
        int jitter = section.number("retryJitterPercent", 0, 100, defaults.jitterPercent());
        Waits who = section.choice("retryOn", WAITS, Waits.FAILED);
        if (longest < delay) {
            section.problem(
                    "retryMaxDelayMillis",
                    "is " + longest + "; it must be at least retryDelayMillis, which is " + delay);
            return Backoff.NONE;
        }
        return growth == Growth.NONE ? Backoff.NONE : new Backoff(growth, delay, multiplier, longest, jitter, who);
    }

    private LastValue lastValue() {
        LastValue defaults = LastValue.ON;
        boolean on = section.flag("lastValue", false);
        int keys = section.number("lastValueKeys", 1, LastValue.MAX_KEYS, defaults.maxKeys());
        String property = section.text("lastValueProperty", defaults.property());
        if (property.length() > LastValue.MAX_PROPERTY_LENGTH) {
            section.problem(
                    "lastValueProperty",
                    "has " + property.length() + " characters; it must have up to " + LastValue.MAX_PROPERTY_LENGTH);
            return LastValue.OFF;
        }
        return on ? new LastValue(keys, property) : LastValue.OFF;
    }
}
