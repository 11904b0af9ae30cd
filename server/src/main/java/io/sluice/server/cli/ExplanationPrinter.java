package io.sluice.server.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An explanation for a person: what it is, what to do, and who takes part. */
final class ExplanationPrinter {
    private ExplanationPrinter() {}

    /** @param why the answer to EXPLAIN */
    static List<String> lines(Map<String, Object> why) {
        List<String> lines = new ArrayList<>();
        if (why.containsKey("causes")) {
            String subject = "message " + why.get("sequence") + " of " + why.get("queue");
            for (Map<String, Object> cause : ManagementNode.maps(why.get("causes"))) {
                say(lines, subject, cause);
                subject = "and then";
            }
            return lines;
        }
        if (why.containsKey("steps")) {
            say(lines, why.get("kind") + " '" + why.get("address") + "'", why);
            for (Map<String, Object> step : ManagementNode.maps(why.get("steps"))) {
                lines.add("  " + step.get("text"));
            }
            return lines;
        }
        say(lines, String.valueOf(why.getOrDefault("queue", "link " + why.get("identity"))), why);
        if (why.containsKey("links")) {
            lines.add("  messages " + why.get("messages") + ", with consumers " + why.get("unsettled") + ", scheduled "
                    + why.get("scheduled") + "; consumers " + why.get("consumers") + ", producers "
                    + why.get("producers"));
            if (Boolean.TRUE.equals(why.get("intakePaused"))) {
                lines.add("  Producers get no credit: intake is paused. sluice queue update --resume-intake");
            }
            if (why.get("lastDuplicate") instanceof Map<?, ?> copy) {
                lines.add("  copies not stored " + why.get("duplicates") + ", the last at "
                        + Instant.ofEpochMilli(((Number) copy.get("atMillis")).longValue()) + ": " + copy.get("id")
                        + ", of message " + (copy.get("firstSequence") == null ? "?" : copy.get("firstSequence"))
                        + ", from link " + copy.get("link") + " '" + copy.get("linkName") + "' of "
                        + copy.get("container") + " at " + copy.get("remoteAddress"));
            }
            for (Map<String, Object> link : ManagementNode.maps(why.get("links"))) {
                lines.add("  link " + link.get("link") + " '" + link.get("linkName") + "' of " + link.get("container")
                        + " at " + link.get("remoteAddress") + ", " + link.get("mode") + ", credit "
                        + link.get("credit") + ", unsettled " + link.get("unsettled") + ": " + link.get("text"));
            }
        }
        return lines;
    }

    private static void say(List<String> lines, String subject, Map<String, Object> cause) {
        lines.add(subject + ": " + cause.get("text"));
        if (cause.get("advice") instanceof String advice && !advice.isEmpty()) {
            lines.add("  " + advice);
        }
    }
}
