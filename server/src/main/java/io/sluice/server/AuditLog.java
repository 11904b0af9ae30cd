package io.sluice.server;

import io.sluice.amqp.AuditTrail;
import io.sluice.amqp.AuditedChange;
import io.sluice.amqp.AuditedChange.By;
import io.sluice.amqp.AuditedChange.Outcome;
import io.sluice.amqp.AuditedChange.What;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit trail as a log of its own: one line for each change, {@code name=value} with spaces between. A value that has anything else than
 * letters, digits and {@code ._:/$*#@+-} stands in quotes, escaped as in JSON: nothing that a peer names ends a line or looks like a value
 * of ours. Any thread; as fast as the appenders that the operator has configured.
 */
final class AuditLog implements AuditTrail {
    /** By which a logging configuration finds it. */
    static final String NAME = "sluice.audit";

    /** Longer than any name of an entity that there is; what peers refused name may be of any length. */
    private static final int MAX_CHARACTERS = 512;

    private static final String PLAIN = "._:/$*#@+-";
    private static final String DEFAULT_HOST = "/";

    private final Consumer<String> lines;

    AuditLog() {
        Logger log = LoggerFactory.getLogger(NAME);
        // As an argument: what stands between braces in a name is no pattern.
        this.lines = line -> log.info("{}", line);
    }

    /** @param lines gets each */
    AuditLog(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public void add(AuditedChange change) {
        lines.accept(line(change));
    }

    private static String line(AuditedChange change) {
        StringBuilder line = new StringBuilder();
        By by = change.by();
        put(line, "user", by.user().name());
        put(line, "userOf", by.user().virtualHost().orElse(DEFAULT_HOST));
        put(line, "host", by.virtualHost().orElse(DEFAULT_HOST));
        put(line, "address", by.remoteAddress());
        put(line, "connection", Long.toString(by.connection()));
        What what = change.what();
        put(line, "operation", what.operation());
        put(line, "type", what.type());
        put(line, "name", what.name());
        what.more().forEach((name, value) -> put(line, name, value));
        Outcome outcome = change.outcome();
        put(line, "outcome", outcome.refusal().isPresent() ? "refused" : "done");
        put(line, "status", Integer.toString(outcome.status()));
        outcome.messages().ifPresent(messages -> put(line, "messages", Long.toString(messages)));
        outcome.refusal().ifPresent(why -> put(line, "why", why));
        return line.toString();
    }

    private static void put(StringBuilder line, String name, String value) {
        if (!line.isEmpty()) {
            line.append(' ');
        }
        line.append(name).append('=');
        boolean cut = value.length() > MAX_CHARACTERS;
        String shown = cut ? value.substring(0, MAX_CHARACTERS) : value;
        if (!shown.isEmpty() && !cut && shown.chars().allMatch(AuditLog::isPlain)) {
            line.append(shown);
        } else {
            line.append('"');
            shown.chars().forEach(character -> escape(line, (char) character));
            line.append(cut ? "…\"" : "\"");
        }
    }

    private static boolean isPlain(int character) {
        boolean letter = character >= 'a' && character <= 'z' || character >= 'A' && character <= 'Z';
        return letter || character >= '0' && character <= '9' || PLAIN.indexOf(character) >= 0;
    }

    private static void escape(StringBuilder line, char character) {
        if (character == '"' || character == '\\') {
            line.append('\\').append(character);
        } else if (isShown(character)) {
            line.append(character);
        } else {
            line.append(String.format("\\u%04x", (int) character));
        }
    }

    /** Not what moves the cursor, ends a line, changes the direction of writing, or is half a character. */
    private static boolean isShown(char character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
