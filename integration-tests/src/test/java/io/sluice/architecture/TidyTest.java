package io.sluice.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The parts of the house style that are about text: what a compiler does not see. */
final class TidyTest {
    private static final int MAX_FILE_LINES = 600;

    @Test
    void no_source_file_holds_two_ideas() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : mainSources()) {
            long lines = Files.readAllLines(file).size();
            if (lines > MAX_FILE_LINES) {
                tooLong.add(file + ": " + lines + " lines");
            }
        }
        assertEquals(List.of(), tooLong);
    }

    @Test
    void no_work_is_left_behind_in_a_comment() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : mainSources()) {
            for (String line : Files.readAllLines(file)) {
                if (line.contains("TODO") || line.contains("FIXME") || line.contains("XXX")) {
                    found.add(file + ": " + line.trim());
                }
            }
        }
        assertEquals(List.of(), found);
    }

    private static List<Path> mainSources() throws IOException {
        Path root = Path.of("..").toAbsolutePath().normalize();
        try (Stream<Path> files = Files.walk(root)) {
            List<Path> sources = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> file.toString().contains("/src/main/"))
                    .toList();
            assertFalse(sources.isEmpty(), "no sources below " + root);
            return sources;
        }
    }
}
