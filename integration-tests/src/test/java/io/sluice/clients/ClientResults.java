package io.sluice.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** What a run found of one client: a line for each feature, in a file of the build. */
final class ClientResults {
    private static final Path FOLDER = Path.of("target", "clients");

    private final Path file;

    private ClientResults(Path file) {
        this.file = file;
    }

    /** Forgets what an earlier run found. */
    static ClientResults begin(String client) {
        try {
            Files.createDirectories(FOLDER);
            return new ClientResults(Files.writeString(file(client), ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path file(String client) {
        return FOLDER.resolve(client + ".results");
    }

    void passed(Feature feature) {
        append(feature, "");
    }

    void cannot(Feature feature, String reason) {
        append(feature, reason);
    }

    private void append(Feature feature, String reason) {
        try {
            Files.writeString(file, feature.id() + "\t" + reason + "\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By feature why it cannot be done, or "" where it was; absent if the client was not tried to the end. */
    static Optional<Map<Feature, String>> of(String client) throws IOException {
        Map<Feature, String> found = new EnumMap<>(Feature.class);
        if (Files.exists(file(client))) {
            for (String line : Files.readAllLines(file(client))) {
                int tab = line.indexOf('\t');
                for (Feature feature : Feature.values()) {
                    if (feature.id().equals(line.substring(0, tab))) {
                        found.put(feature, line.substring(tab + 1));
                    }
                }
            }
        }
        return found.keySet().containsAll(ClientTable.rows(client)) ? Optional.of(found) : Optional.empty();
    }
}
