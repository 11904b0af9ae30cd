package io.sluice.server.cli;

import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which messages are moved, and how fast. */
final class MoveOptions {
    @Mixin
    SelectionOptions selection;

    @Option(names = "--rate", paramLabel = "N", description = "At most so many in a second.")
    Long messagesPerSecond;

    /** These and the others. */
    Map<String, Object> into(Map<String, Object> others) {
        Map<String, Object> all = selection.into(others);
        if (messagesPerSecond != null) {
            all.put("messagesPerSecond", messagesPerSecond);
        }
        return all;
    }
}
