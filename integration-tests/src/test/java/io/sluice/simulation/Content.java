package io.sluice.simulation;

import io.sluice.broker.PeekedMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What the queues of one member hold, as it was read from its shard. */
final class Content {
    /** A message in a queue. */
    record Held(String queue, long sequence, String id, int deliveryCount) {
        @Override
        public String toString() {
            return queue + "/" + sequence + " " + id + " x" + deliveryCount;
        }
    }

    private final TreeMap<String, List<Held>> queues = new TreeMap<>();

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

    String text() {
        return ExpectedContent.text(messages());
    }
}
