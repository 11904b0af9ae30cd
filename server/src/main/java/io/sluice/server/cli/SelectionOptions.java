package io.sluice.server.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which messages of a queue are meant. */
final class SelectionOptions {
    @Option(names = "--count", paramLabel = "N", description = "At most so many.")
    Long count;

    @Option(
            names = "--filter",
            paramLabel = "SELECTOR",
            description = "Only those a JMS selector takes: \"color = 'red'\".")
    String filter;

    /** These and the others, to be added to. */
    Map<String, Object> into(Map<String, Object> others) {
        Map<String, Object> all = new LinkedHashMap<>(others);
        all.put("count", count);
        all.put("filter", filter);
        all.values().removeIf(java.util.Objects::isNull);
        return all;
    }
}
