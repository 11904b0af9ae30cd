package io.sluice.amqp.filter;

import io.sluice.broker.Message;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Map;

/**
 * Messages a second one thread asks, by selector, about a message of 21 application properties, and what a question allocates.
 * Prints and ends; not a test.
 *
 * <pre>
 * mvn -q -pl amqp-adapter -am test-compile dependency:build-classpath -Dmdep.outputFile=target/class-path
 * java -cp amqp-adapter/target/classes:amqp-adapter/target/test-classes:$(cat amqp-adapter/target/class-path) \
 *     io.sluice.amqp.filter.SelectorBenchmark
 * </pre>
 */
final class SelectorBenchmark {
    private static final int BATCH = 100_000;
    private static final int ROUNDS = 7;
    private static final Map<String, String> SELECTORS = new java.util.LinkedHashMap<>();

    static {
        SELECTORS.put("first property", "p0 = 'value 0'");
        SELECTORS.put("last property", "p19 = 'value 19'");
        SELECTORS.put("missing property", "missing = 1");
        SELECTORS.put("header", "JMSPriority > 4");
        SELECTORS.put("properties section", "JMSType = 'invoice'");
        SELECTORS.put("message id", "JMSMessageID = 'ID:other'");
        SELECTORS.put("LIKE", "p9 LIKE '%alue_9'");
        SELECTORS.put(
                "three fields",
                "p3 = 'value 3' AND n BETWEEN 1 AND 100 AND (JMSType IN ('order', 'invoice') OR n * 2 > 5)");
    }

    private SelectorBenchmark() {}

    public static void main(String[] arguments) throws InvalidFilterException {
        StringBuilder fields = new StringBuilder("@subject:s=invoice  @message-id:s=ID:1234567890-1  ");
        for (int i = 0; i < 20; i++) {
            fields.append('p').append(i).append(":s=value ").append(i).append("  ");
        }
        Message message = Messages.parse(fields + "n:i=42");
        System.out.printf("%-20s %14s %10s%n", "selector", "questions/s", "bytes each");
        for (Map.Entry<String, String> entry : SELECTORS.entrySet()) {
            measure(entry.getKey(), Selector.jms(entry.getValue()), message);
        }
    }

    private static void measure(String name, Selector selector, Message message) {
        double best = 0;
        long bytes = 0;
        long matches = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long allocated = allocated();
            long start = System.nanoTime();
            for (int i = 0; i < BATCH * 5; i++) {
                matches += selector.matches(message, 0) ? 1 : 0;
            }
            long nanos = System.nanoTime() - start;
            bytes = (allocated() - allocated) / (BATCH * 5);
            best = Math.max(best, BATCH * 5 * 1e9 / nanos);
        }
        System.out.printf(Locale.ROOT, "%-20s %,14.0f %10d   (%d matched)%n", name, best, bytes, matches);
    }

    private static long allocated() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
