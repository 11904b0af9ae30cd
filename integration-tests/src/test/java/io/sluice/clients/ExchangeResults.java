package io.sluice.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.TreeSet;

/** Whose messages arrived whole at whom: a line for each pair, in a file of the build. */
final class ExchangeResults {
    private static final Path FILE = Path.of("target", "clients", "exchange.results");

    private ExchangeResults() {}

    static ExchangeResults begin() {
        try {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, "");
            return new ExchangeResults();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String pair(String from, String to) {
        return from + " to " + to;
    }

    void passed(String from, String to) throws IOException {
        Files.writeString(FILE, pair(from, to) + "\n", StandardOpenOption.APPEND);
    }

    /** Empty if nothing was tried. */
    static Set<String> pairs() throws IOException {
        return Files.exists(FILE) ? new TreeSet<>(Files.readAllLines(FILE)) : Set.of();
    }
}
