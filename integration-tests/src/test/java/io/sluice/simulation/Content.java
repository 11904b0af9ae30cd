package io.sluice.simulation;

import io.sluice.broker.PeekedMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the queues of one member hold, as it was read from its shard. */
final class Content {
    private static final String QUEUE = "queue ";

    /** A message in a queue. */
    record Held(String queue, long sequence, String id, int deliveryCount) {
        @Override
        public String toString() {
            return queue + "/" + sequence + " " + id + " x" + deliveryCount;
        }
    }

    private final TreeMap<String, List<Held>> queues = new TreeMap<>();
    private final Defined defined = new Defined();
    private final boolean decides;

    /** @param decides it is a primary's, at work: queues and exchanges come and go in it before that is applied */
    Content(boolean decides) {
        this.decides = decides;
    }

    boolean decides() {
        return decides;
    }

    Defined defined() {
        return defined;
    }

    void queue(String queue, List<PeekedMessage> messages) {
        List<Held> held = new ArrayList<>();
        for (PeekedMessage message : messages) {
            held.add(new Held(
                    queue,
                    message.sequence(),
                    message.message().map(Texts::id).orElse("damaged"),
                    message.deliveryCount()));
        }
        queues.put(queue, held);
    }

    Stream<Held> messages() {
        return queues.values().stream().flatMap(List::stream);
    }

    /** Queue by queue. */
    String text() {
        StringBuilder text = new StringBuilder();
        queues.forEach((name, messages) -> text.append(text(name, messages.stream())));
        return text.toString();
    }

    static String text(String queue, Stream<Held> messages) {
        return messages.map(message -> message + "\n").collect(Collectors.joining("", QUEUE + queue + "\n", ""));
    }

    /** Of a text what a primary shows no sooner than it is applied, and as long. */
    static String lasting(String text) {
        return text.lines()
                .filter(line -> !line.startsWith(QUEUE) && !line.startsWith(SimulatedSubscriber.QUEUES))
                .collect(Collectors.joining("\n"));
    }
}
