package io.sluice.benchmark;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** One measurement in a process of its own: contender, folder, workload and its arguments; prints figures as {@code name=value}. */
final class JournalRun {
    private static final long WARM_SECONDS = Long.getLong("benchmark.warm.seconds", 4);
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private JournalRun() {}

    public static void main(String[] arguments) throws Exception {
        String contender = arguments[0];
        Path folder = Path.of(arguments[1]);
        long amount = Long.parseLong(arguments[3]);
        switch (arguments[2]) {
            case "pipe" -> pipe(contender, folder, (int) amount, Long.parseLong(arguments[4]));
            case "fill" -> fill(contender, folder, amount);
            case "recover" -> recover(contender, folder, amount);
            default -> throw new IllegalArgumentException(arguments[2]);
        }
        // What a contender leaves running is not waited for.
        Runtime.getRuntime().halt(0);
    }

    private static void pipe(String contender, Path folder, int window, long seconds) throws Exception {
        JournalUnderTest journal = JournalUnderTest.open(contender, folder, false);
        ProducerLoad load = new ProducerLoad(journal, window, true, Long.MAX_VALUE);
        load.start();
        TimeUnit.SECONDS.sleep(WARM_SECONDS);
        load.clearLatencies();
        long messages = load.durable();
        long cpuNanos = SYSTEM.getProcessCpuTime();
        long start = System.nanoTime();
        TimeUnit.SECONDS.sleep(seconds);
        messages = load.durable() - messages;
        cpuNanos = SYSTEM.getProcessCpuTime() - cpuNanos;
        long nanos = System.nanoTime() - start;
        print("perSecond", messages * 1e9 / nanos);
        print("cpuMicros", cpuNanos / 1e3 / messages);
        print("p50Micros", load.latency(0.5) / 1e3);
        print("p99Micros", load.latency(0.99) / 1e3);
        print("p999Micros", load.latency(0.999) / 1e3);
        load.stop();
        journal.close();
    }

    private static void fill(String contender, Path folder, long messages) throws Exception {
        JournalUnderTest journal = JournalUnderTest.open(contender, folder, true);
        long cpuNanos = SYSTEM.getProcessCpuTime();
        long start = System.nanoTime();
        ProducerLoad load = new ProducerLoad(journal, 256, false, messages);
        load.start();
        load.awaitEnd();
        long nanos = System.nanoTime() - start;
        print("perSecond", messages * 1e9 / nanos);
        print("cpuMicros", (SYSTEM.getProcessCpuTime() - cpuNanos) / 1e3 / messages);
        print("p99Micros", load.latency(0.99) / 1e3);
        journal.close();
    }

    private static void recover(String contender, Path folder, long messages) throws Exception {
        long start = System.nanoTime();
        JournalUnderTest journal = JournalUnderTest.open(contender, folder, true);
        long found = journal.loaded();
        print("recoverySeconds", (System.nanoTime() - start) / 1e9);
        if (found != messages) {
            throw new AssertionError(found + " of " + messages + " messages");
        }
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        print("heapMegabytes", (runtime.totalMemory() - runtime.freeMemory()) / 1e6);
    }

    private static void print(String name, double value) {
        System.out.printf(java.util.Locale.ROOT, "%s=%.3f%n", name, value);
    }
}
