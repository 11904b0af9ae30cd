package io.sluice.server.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code sluice queue update}. */
@Command(
        name = "update",
        mixinStandardHelpOptions = true,
        description =
                "Change settings of a queue while it serves; only those given change. What cannot change is refused.")
final class QueueUpdateCommand extends EntityChangeCommand {
    @Parameters(paramLabel = "NAME", description = "The queue.")
    String name;

    @Option(names = "--max-messages", paramLabel = "N", description = "Most messages, or none for no limit.")
    String maxMessages;

    @Option(names = "--max-bytes", paramLabel = "BYTES", description = "Most bytes of messages, or none.")
    String maxBytes;

    @Option(
            names = "--overflow",
            paramLabel = "WHAT",
            description = "Beyond them: reject, drop-head, block or reject-dead-letter.")
    String overflow;

    @Option(names = "--max-ttl-millis", paramLabel = "T", description = "Longest time to live, or none.")
    String maxTtlMillis;

    @Option(names = "--dead-letter-queue", paramLabel = "NAME", description = "Where rejected messages go, or none.")
    String deadLetterQueue;

    @Option(
            names = "--max-deliveries",
            paramLabel = "N",
            description = "Failed deliveries that make a dead letter, or 0.")
    String maxDeliveries;

    @Option(names = "--expiry-queue", paramLabel = "NAME", description = "Where expired messages go, or none.")
    String expiryQueue;

    @Option(names = "--pause", description = "Give nothing out; consumers keep their credit. Survives restarts.")
    boolean pause;

    @Option(names = "--resume", description = "Give messages out again.")
    boolean resume;

    @Option(names = "--pause-intake", description = "Give producers no credit. Survives restarts.")
    boolean pauseIntake;

    @Option(names = "--resume-intake", description = "Give producers credit again.")
    boolean resumeIntake;

    @Option(
            names = "--set",
            paramLabel = "ATTRIBUTE=VALUE",
            description = "Any attribute, as queue show names it; none takes it away. May be repeated.")
    Map<String, String> others = new LinkedHashMap<>();

    QueueUpdateCommand() {
        super("UPDATE", "queue");
    }

    @Override
    String name() {
        return name;
    }

    @Override
    Map<String, Object> attributes() {
        Map<String, Object> attributes = given();
        if (attributes.isEmpty() || (pause && resume) || (pauseIntake && resumeIntake)) {
            throw new ParameterException(spec.commandLine(), "say what is to change, and each thing once");
        }
        return attributes;
    }

    private Map<String, Object> given() {
        Map<String, String> given = new LinkedHashMap<>();
        given.put("maxMessages", maxMessages);
        given.put("maxBytes", maxBytes);
        given.put("overflow", overflow);
        given.put("maxTtlMillis", maxTtlMillis);
        given.put("deadLetterQueue", deadLetterQueue);
        given.put("maxDeliveries", maxDeliveries);
        given.put("expiryQueue", expiryQueue);
        given.values().removeIf(java.util.Objects::isNull);
        given.putAll(others);
        Map<String, Object> attributes = new LinkedHashMap<>();
        given.forEach((attribute, value) -> attributes.put(attribute, value(value)));
        if (pause || resume) {
            attributes.put("paused", pause);
        }
        if (pauseIntake || resumeIntake) {
            attributes.put("intakePaused", pauseIntake);
        }
        return attributes;
    }

    /** A number, true or false where it reads like one; null for none. */
    static Object value(String text) {
        if (text.equals("none")) {
            return null;
        }
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        return text.matches("-?[0-9]{1,18}") ? (Object) Long.valueOf(text) : text;
    }
}
