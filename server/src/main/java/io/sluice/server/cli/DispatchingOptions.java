package io.sluice.server.cli;

import java.util.Map;
import picocli.CommandLine.Option;

/** Which consumers of a queue that is created may have its messages, and for how long. */
final class DispatchingOptions {
    @Option(
            names = "--message-groups",
            paramLabel = "WHAT",
            description = "How long messages of one group go to one consumer: off, while-unsettled or until-detach;"
                    + " fair: groups are tenants, of which none comes before the others.")
    String messageGroups;

    @Option(names = "--max-idle-groups", paramLabel = "N", description = "Most idle groups that are remembered.")
    Integer maxIdleGroups;

    @Option(
            names = "--single-active-consumer",
            negatable = true,
            description = "Whether one consumer gets everything and the others stand by.")
    Boolean singleActiveConsumer;

    @Option(
            names = "--lock-millis",
            paramLabel = "T",
            description = "After which a delivery that is not settled goes back.")
    Long lockMillis;

    @Option(names = "--non-destructive", negatable = true, description = "Whether no message leaves by being consumed.")
    Boolean nonDestructive;

    /** Named as in {@code sluice.yaml}; null where nothing was said. */
    void putInto(Map<String, Object> attributes) {
        attributes.put("messageGroups", messageGroups);
        attributes.put("maxIdleGroups", maxIdleGroups);
        attributes.put("singleActiveConsumer", singleActiveConsumer);
        attributes.put("lockMillis", lockMillis);
        attributes.put("nonDestructive", nonDestructive);
    }
}
