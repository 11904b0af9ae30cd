package io.sluice.server.cli;

import java.util.Map;
import picocli.CommandLine.Option;

/** How much a queue that is created may hold, and for how long. */
final class LimitOptions {
    @Option(names = "--max-messages", paramLabel = "N", description = "Most messages.")
    Long maxMessages;

    @Option(names = "--max-bytes", paramLabel = "BYTES", description = "Most bytes of messages.")
    Long maxBytes;

    @Option(
            names = "--overflow",
            paramLabel = "WHAT",
            description = "Beyond them: reject, drop-head, block or reject-dead-letter.")
    String overflow;

    @Option(names = "--max-ttl-millis", paramLabel = "T", description = "Longest time to live of a message.")
    Long maxTtlMillis;

    /** Named as in {@code sluice.yaml}; null where nothing was said. */
    void putInto(Map<String, Object> attributes) {
        attributes.put("maxMessages", maxMessages);
        attributes.put("maxBytes", maxBytes);
        attributes.put("overflow", overflow);
        attributes.put("maxTtlMillis", maxTtlMillis);
    }
}
