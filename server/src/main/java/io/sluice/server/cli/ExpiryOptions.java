package io.sluice.server.cli;

import java.util.Map;
import picocli.CommandLine.Option;

/** When a queue that is created is deleted by itself. */
final class ExpiryOptions {
    @Option(
            names = "--auto-delete",
            negatable = true,
            description = "Whether it is deleted when its last consumer is gone and it is empty.")
    Boolean autoDelete;

    @Option(
            names = "--idle-expiry-millis",
            paramLabel = "T",
            description = "After which without a consumer it is deleted, with all it holds.")
    Long idleExpiryMillis;

    /** Named as in {@code sluice.yaml}; null where nothing was said. */
    void putInto(Map<String, Object> attributes) {
        attributes.put("autoDelete", autoDelete);
        attributes.put("idleExpiryMillis", idleExpiryMillis);
    }
}
