package io.sluice.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What somebody takes on with the one dependency. The build writes the runtime class path to a file before the tests. */
class RuntimeClassPathTest {
    private static final long MAX_BYTES = 8_000_000;

    @Test
    void theOneDependencyIsSmall() throws IOException {
        List<Path> entries = classPath();
        long bytes = entries.stream().mapToLong(RuntimeClassPathTest::size).sum() + size(Path.of("target", "classes"));
        System.out.printf("testkit: %d entries, %.2f MB at run time%n", entries.size() + 1, bytes / 1e6);
        assertTrue(bytes <= MAX_BYTES, () -> bytes + " bytes: " + entries);
    }

    @Test
    void neitherStoreNorClusterIsInIt() throws IOException {
        List<Path> entries = classPath();
        assertFalse(entries.isEmpty());
        List<Path> unwanted = entries.stream()
                .filter(entry -> Stream.of(
                                "mapdb", "kotlin", "ratis", "sluice-storage", "/storage/", "junit", "logback")
                        .anyMatch(named(entry)::contains))
                .toList();
        assertEquals(List.of(), unwanted);
    }

    /** Where somebody keeps their clone is no part of a name. */
    private static String named(Path entry) {
        Path clone = Path.of("").toAbsolutePath().getParent();
        return entry.startsWith(clone) ? "/" + clone.relativize(entry) : entry.toString();
    }

    private static List<Path> classPath() throws IOException {
        String written =
                Files.readString(Path.of("target", "runtime-class-path.txt")).trim();
        return Stream.of(written.split(File.pathSeparator)).map(Path::of).toList();
    }

    private static long size(Path entry) {
        try (Stream<Path> files = Files.walk(entry)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
