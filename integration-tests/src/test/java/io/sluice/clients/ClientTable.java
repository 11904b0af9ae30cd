package io.sluice.clients;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** docs/clients.md, as a run finds it. */
final class ClientTable {
    /** Column by column: a client's id, and what it is called. */
    static final Map<String, String> CLIENTS = clients();

    private static final String HEAD = """
            # Clients and what they do here

            Every cell is a test of an unmodified client against the started program. The build writes this file and compares it; a cell
            that stops being true breaks it. "–" is what the client itself has no way to do; the [notes](#what-clients-cannot-do) say what
            is missing. The versions are those of `pom.xml`, of
            `integration-tests/src/test/resources/clients/rhea/package.json`, and what Debian ships of Qpid Proton.
            """;

    private static final String EXCHANGE = """

            ## From client to client

            Bytes, text, a map, a list, a sequence, an empty body, and properties of several types: what the client of a row sends, the
            client of a column receives, value by value with their types.

            | from, to |""";

    private ClientTable() {}

    private static Map<String, String> clients() {
        Map<String, String> clients = new LinkedHashMap<>();
        clients.put("jms", "Qpid JMS 2 (jakarta)");
        clients.put("jmsjavax", "Qpid JMS 1 (javax)");
        clients.put("protonj2", "protonj2");
        clients.put("vertx", "Vert.x AMQP");
        clients.put("rhea", "rhea (Node.js)");
        clients.put("python", "Proton Python");
        clients.put("cpp", "Proton C++");
        return clients;
    }

    /** JMS clients of all rows, others of all but those of JMS. */
    static List<Feature> rows(String client) {
        return Arrays.stream(Feature.values())
                .filter(feature -> columns(feature.chapter()).contains(client))
                .toList();
    }

    private static List<String> columns(Feature.Chapter chapter) {
        return CLIENTS.keySet().stream()
                .filter(client -> chapter != Feature.Chapter.JMS || client.startsWith("jms"))
                .toList();
    }

    /** @param found by client and feature: the reason why not, or "" */
    static String render(Map<String, Map<Feature, String>> found, Set<String> exchanged) {
        StringBuilder text = new StringBuilder(HEAD);
        for (Feature.Chapter chapter : Feature.Chapter.values()) {
            text.append("\n## ").append(chapter.title()).append("\n\n");
            text.append("| |");
            columns(chapter)
                    .forEach(client ->
                            text.append(' ').append(CLIENTS.get(client)).append(" |"));
            text.append("\n|---|")
                    .append(":-:|".repeat(columns(chapter).size()))
                    .append('\n');
            for (Feature feature : Feature.values()) {
                if (feature.chapter() == chapter) {
                    row(text, feature, found);
                }
            }
        }
        exchange(text, exchanged);
        text.append("\n## What clients cannot do\n");
        CLIENTS.forEach((client, title) -> notes(text, title, found.get(client)));
        return text.toString();
    }

    private static void exchange(StringBuilder text, Set<String> exchanged) {
        text.append(EXCHANGE);
        CLIENTS.values().forEach(title -> text.append(' ').append(title).append(" |"));
        text.append("\n|---|").append(":-:|".repeat(CLIENTS.size())).append('\n');
        CLIENTS.forEach((from, title) -> {
            text.append("| ").append(title).append(" |");
            CLIENTS.keySet()
                    .forEach(
                            to -> text.append(exchanged.contains(ExchangeResults.pair(from, to)) ? " yes |" : " no |"));
            text.append('\n');
        });
    }

    private static void row(StringBuilder text, Feature feature, Map<String, Map<Feature, String>> found) {
        text.append("| ").append(feature.title()).append(" |");
        for (String client : columns(feature.chapter())) {
            String reason = found.get(client).get(feature);
            text.append(reason.isEmpty() ? " yes |" : " – |");
        }
        text.append('\n');
    }

    /** Features that are lacking for the same reason share a line. */
    private static void notes(StringBuilder text, String title, Map<Feature, String> found) {
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        found.forEach((feature, reason) -> {
            if (!reason.isEmpty()) {
                byReason.computeIfAbsent(reason, any -> new ArrayList<>()).add(feature.id());
            }
        });
        if (!byReason.isEmpty()) {
            text.append("\n**").append(title).append("**\n\n");
            byReason.forEach((reason, features) -> text.append("- ")
                    .append(reason)
                    .append(" (")
                    .append(String.join(", ", features))
                    .append(")\n"));
        }
    }
}
