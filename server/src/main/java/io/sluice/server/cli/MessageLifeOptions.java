package io.sluice.server.cli;

import java.util.Map;
import picocli.CommandLine.Option;

/** What becomes of the messages of a queue that is created, beside being given out. */
final class MessageLifeOptions {
    @Option(
            names = "--retry-backoff",
            paramLabel = "HOW",
            description = "How a wait grows with failed deliveries: none, fixed, linear or exponential.")
    String retryBackoff;

    @Option(names = "--retry-delay-millis", paramLabel = "T", description = "The wait after the first failed delivery.")
    Long retryDelayMillis;

    @Option(names = "--retry-max-delay-millis", paramLabel = "T", description = "The longest wait.")
    Long retryMaxDelayMillis;

    @Option(
            names = "--retry-multiplier-percent",
            paramLabel = "N",
            description = "For exponential: each wait in percent of the one before.")
    Integer retryMultiplierPercent;

    @Option(names = "--retry-jitter-percent", paramLabel = "N", description = "By how much a wait may be shorter.")
    Integer retryJitterPercent;

    @Option(
            names = "--retry-on",
            paramLabel = "WHICH",
            description = "Which of those that come back wait: failed, returned or all.")
    String retryOn;

    @Option(
            names = "--max-acquisitions",
            paramLabel = "N",
            description = "Deliveries that came back, for whatever reason, that make a dead letter.")
    Integer maxAcquisitions;

    @Option(
            names = "--undeliverable-millis",
            paramLabel = "T",
            description = "How long a message that every consumer has refused waits for another one.")
    Long undeliverableMillis;

    @Option(
            names = "--last-value",
            negatable = true,
            description = "Whether a message takes the place of the one before it that has the same key.")
    Boolean lastValue;

    @Option(names = "--last-value-keys", paramLabel = "N", description = "Most keys at a time.")
    Integer lastValueKeys;

    @Option(
            names = "--last-value-property",
            paramLabel = "NAME",
            description = "The application property that is the key, instead of _AMQ_LVQ_NAME.")
    String lastValueProperty;

    @Option(
            names = "--stamp-messages",
            negatable = true,
            description = "Whether messages go out with their sequence number and the time they came in.")
    Boolean stampMessages;

    @Option(
            names = "--acknowledged-queue",
            paramLabel = "QUEUE",
            description = "Where a message goes that its consumer has accepted.")
    String acknowledgedQueue;

    @Option(
            names = "--forward-to",
            paramLabel = "ADDRESS",
            description = "Where messages go that come in, instead of staying.")
    String forwardTo;

    @Option(names = "--forward-to-a", paramLabel = "KIND", description = "What that is: queue (default) or topic.")
    String forwardToA;

    /** Named as in {@code sluice.yaml}; null where nothing was said. */
    void putInto(Map<String, Object> attributes) {
        attributes.put("retryBackoff", retryBackoff);
        attributes.put("retryDelayMillis", retryDelayMillis);
        attributes.put("retryMaxDelayMillis", retryMaxDelayMillis);
        attributes.put("retryMultiplierPercent", retryMultiplierPercent);
        attributes.put("retryJitterPercent", retryJitterPercent);
        attributes.put("retryOn", retryOn);
        attributes.put("maxAcquisitions", maxAcquisitions);
        attributes.put("undeliverableMillis", undeliverableMillis);
        attributes.put("lastValue", lastValue);
        attributes.put("lastValueKeys", lastValueKeys);
        attributes.put("lastValueProperty", lastValueProperty);
        attributes.put("stampMessages", stampMessages);
        attributes.put("acknowledgedQueue", acknowledgedQueue);
        attributes.put("forwardTo", forwardTo);
        attributes.put("forwardToA", forwardToA);
    }
}
