package io.sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.amqp.AuditedChange;
import io.sluice.amqp.AuditedChange.By;
import io.sluice.amqp.AuditedChange.Outcome;
import io.sluice.amqp.AuditedChange.What;
import io.sluice.broker.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** How a change is one line, whatever peers call things. */
class AuditLogTest {
    private final List<String> lines = new ArrayList<>();
    private final AuditLog log = new AuditLog(lines::add);

    private String line(By by, What what, Outcome outcome) {
        lines.clear();
        log.add(new AuditedChange(by, what, outcome));
        assertEquals(1, lines.size());
        return lines.get(0);
    }

    private static By by(Principal user, Optional<String> host) {
        return new By(user, host, "10.1.2.3:5000", 12);
    }

    @Test
    void what_was_done_is_said_with_who_and_how_many() {
        assertEquals(
                "user=admin userOf=/ host=/ address=10.1.2.3:5000 connection=12 operation=DELETE type=queue name=orders.eu"
                        + " outcome=done status=204 messages=17",
                line(
                        by(new Principal("admin"), Optional.empty()),
                        new What("DELETE", "queue", "orders.eu"),
                        Outcome.of(204, "No Content", OptionalLong.of(17))));
    }

    @Test
    void what_was_refused_is_said_with_why_and_an_account_with_its_host() {
        assertEquals(
                "user=anna userOf=blue host=blue address=10.1.2.3:5000 connection=12 operation=MOVE type=queue name=a to=b"
                        + " outcome=refused status=403 why=\"user 'anna' may not manage 'a'\"",
                line(
                        by(new Principal("anna", Optional.of("blue")), Optional.of("blue")),
                        new What("MOVE", "queue", "a", Map.of("to", "b")),
                        Outcome.of(403, "user 'anna' may not manage 'a'", OptionalLong.empty())));
    }

    private String name(String name) {
        String line = line(
                by(new Principal("u"), Optional.empty()),
                new What("DELETE", "queue", name),
                Outcome.of(204, "", OptionalLong.empty()));
        return line.substring(line.indexOf(" name=") + " name=".length(), line.indexOf(" outcome="));
    }

    @Test
    void no_name_ends_a_line_or_looks_like_another_value() {
        assertEquals("\"q\\u000auser=admin\"", name("q\nuser=admin"));
        assertEquals("\"q\\u000d\\u001b[2J\\u0085\\u2028\\u2029\"", name("q\r\u001b[2J\u0085\u2028\u2029"));
        assertEquals("\"q\\u202e\\ud83d\"", name("q\u202e\ud83d"));
        assertEquals("\"q\\\" operation=\\\\\"", name("q\" operation=\\"));
        assertEquals("\"\"", name(""));
        assertEquals("\"{} bücher\"", name("{} bücher"));
        assertEquals("news::blue.a/b", name("news::blue.a/b"));
        assertEquals("\"" + "x".repeat(512) + "…\"", name("x".repeat(513)));
    }
}
