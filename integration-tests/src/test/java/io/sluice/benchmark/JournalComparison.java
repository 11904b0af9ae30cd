package io.sluice.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.activemq.artemis.nativo.jlibaio.LibaioContext;

/**
 * Sluice's journal and storage beside Apache Artemis' journal: the same record sizes, an answer only behind a flush, settlements so
 * that files are used again. Each measurement is a process of its own; contenders take turns, and medians are printed. Not a test:
 * {@code integration-tests/journal-comparison [folder]} runs it.
 */
final class JournalComparison {
    private static final int ROUNDS = Integer.getInteger("benchmark.rounds", 3);
    private static final String SECONDS = System.getProperty("benchmark.seconds", "5");
    private static final List<String> CONTENDERS =
            List.of(System.getProperty("benchmark.contenders", "sluice-journal,sluice-shard,artemis-aio,artemis-nio")
                    .split(","));
    private static final List<String> WORKLOADS = List.of(System.getProperty(
                    "benchmark.workloads", "pipe 64,pipe 1,backlog 2000000,recovery 1000000,recovery 10000000")
            .split(","));

    private final Path folder;

    private JournalComparison(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory(Path.of(arguments[0]), "journals-");
        System.out.printf("%d rounds, medians; %s%n", ROUNDS, folder);
        unpackNative(folder);
        for (String workload : WORKLOADS) {
            new JournalComparison(folder).compare(workload);
        }
        delete(folder);
    }

    /** Artemis' library for libaio, out of its jar to where Java finds it. */
    private static void unpackNative(Path folder) throws IOException {
        try (InputStream library =
                LibaioContext.class.getResourceAsStream("/lib/linux-x86_64/libartemis-native-64.so")) {
            Files.copy(library, folder.resolve("libartemis-native-64.so"));
        }
    }

    private void compare(String workload) throws Exception {
        Map<String, Map<String, List<Double>>> figures = new TreeMap<>();
        List<String> contenders = new ArrayList<>(CONTENDERS);
        for (int round = 0; round < ROUNDS; round++) {
            for (String contender : CONTENDERS) {
                try {
                    measure(contender, workload)
                            .forEach((name, value) -> figures.computeIfAbsent(contender, c -> new TreeMap<>())
                                    .computeIfAbsent(name, n -> new ArrayList<>())
                                    .add(value));
                } catch (IOException e) {
                    contenders.remove(contender);
                    System.out.printf("%-16s %-16s %s%n", workload, contender, e.getMessage());
                }
            }
        }
        for (String contender : contenders) {
            StringBuilder line = new StringBuilder();
            figures.get(contender)
                    .forEach((name, values) ->
                            line.append(String.format(java.util.Locale.ROOT, "  %s %.2f", name, median(values))));
            System.out.printf("%-16s %-16s%s%n", workload, contender, line);
        }
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(v -> v).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private Map<String, Double> measure(String contender, String workload) throws Exception {
        Path own = folder.resolve(contender);
        String[] words = workload.split(" ");
        try {
            return switch (words[0]) {
                case "pipe" -> run("1g", contender, own, "pipe", words[1], SECONDS);
                case "backlog" -> run("4g", contender, own, "fill", words[1]);
                case "recovery" -> {
                    run("4g", contender, own, "fill", words[1]);
                    yield run(words[1].length() > 7 ? "6g" : "4g", contender, own, "recover", words[1]);
                }
                default -> throw new IllegalArgumentException(workload);
            };
        } finally {
            delete(own);
        }
    }

    private Map<String, Double> run(String heap, String contender, Path own, String... workload)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-Djava.library.path=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                JournalRun.class.getName(),
                contender,
                own.toString()));
        command.addAll(Arrays.asList(workload));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("failed: " + output);
        }
        Map<String, Double> figures = new TreeMap<>();
        output.lines()
                .map(line -> line.split("="))
                .filter(pair -> pair.length == 2)
                .forEach(pair -> figures.put(pair[0], Double.valueOf(pair[1])));
        return figures;
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException e) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
