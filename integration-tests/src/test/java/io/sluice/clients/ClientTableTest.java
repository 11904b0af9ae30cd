package io.sluice.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Runs when the clients have been tried: what docs/clients.md says is what was found. */
final class ClientTableTest {
    private static final Path WRITTEN = Path.of("target", "clients", "clients.md");
    private static final Path COMMITTED = Path.of("..", "docs", "clients.md");

    @Test
    void the_table_says_what_this_run_found() throws Exception {
        Map<String, Map<Feature, String>> found = new LinkedHashMap<>();
        List<String> missing = new ArrayList<>();
        for (String client : ClientTable.CLIENTS.keySet()) {
            Optional<Map<Feature, String>> results = ClientResults.of(client);
            results.ifPresent(all -> found.put(client, all));
            if (results.isEmpty()) {
                missing.add(client);
            }
        }
        Set<String> exchanged = ExchangeResults.pairs();
        if (exchanged.size() < ClientTable.CLIENTS.size() * ClientTable.CLIENTS.size()) {
            missing.add("the exchange between clients");
        }
        if (!missing.isEmpty()) {
            assertFalse(Boolean.parseBoolean(System.getenv("CI")), "without a result: " + missing);
            assumeTrue(false, "nothing to compare, not all was run and passed for " + missing);
        }
        String table = ClientTable.render(found, exchanged);
        Files.writeString(WRITTEN, table);
        assertEquals(
                table,
                Files.exists(COMMITTED) ? Files.readString(COMMITTED) : "",
                "docs/clients.md is not what this run found; if that is right: cp integration-tests/" + WRITTEN
                        + " docs/clients.md");
    }
}
