package io.sluice.server.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which messages are moved, and how fast. */
final class MoveOptions {
    @Option(names = "--count", paramLabel = "N", description = "At most so many.")
    Long count;

    @Option(
            names = "--filter",
            paramLabel = "SELECTOR",
            description = "Only those a JMS selector takes: \"color = 'red'\".")
    String filter;

    @Option(names = "--rate", paramLabel = "N", description = "At most so many in a second.")
    Long messagesPerSecond;

    /** These and the others. */
    Map<String, Object> into(Map<String, Object> others) {
        Map<String, Object> all = new LinkedHashMap<>(others);
        all.put("count", count);
        all.put("filter", filter);
        all.put("messagesPerSecond", messagesPerSecond);
        all.values().removeIf(java.util.Objects::isNull);
        return all;
    }
}
