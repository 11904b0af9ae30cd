package io.sluice.server.cli;

import java.util.Map;
import picocli.CommandLine.Option;

/** By what and how long a queue that is created knows messages that are sent again. */
final class DeduplicationOptions {
    @Option(
            names = "--deduplicate",
            negatable = true,
            description = "Whether a message that is sent again is accepted and not stored.")
    Boolean deduplicate;

    @Option(names = "--duplicate-window-messages", paramLabel = "N", description = "Most ids that are remembered.")
    Integer duplicateWindowMessages;

    @Option(names = "--duplicate-window-millis", paramLabel = "T", description = "Longest time an id is remembered.")
    Long duplicateWindowMillis;

    @Option(
            names = "--duplicate-id-property",
            paramLabel = "NAME",
            description = "The application property that is the id, instead of the message-id.")
    String duplicateIdProperty;

    /** Named as in {@code sluice.yaml}; null where nothing was said. */
    void putInto(Map<String, Object> attributes) {
        attributes.put("deduplicate", deduplicate);
        attributes.put("duplicateWindowMessages", duplicateWindowMessages);
        attributes.put("duplicateWindowMillis", duplicateWindowMillis);
        attributes.put("duplicateIdProperty", duplicateIdProperty);
    }
}
