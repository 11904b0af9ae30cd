package io.sluice.broker.shard;

import io.sluice.broker.queue.Producer;
import io.sluice.broker.queue.Turn;
import java.util.ArrayDeque;

/**
 * Tells producers that their messages are taken, and transactions that they are committed. What the journal has is taken for good, whoever is the primary by now. What it does not get,
 * being not durable, is on this node alone: nothing is said of it while another node may have its place. It is said later, or never where
 * this node has lost its role. Shard's thread only.
 */
final class Acceptance {
    private final Replication replication;
    /** In the order they were decided. */
    private final ArrayDeque<Turn.Effect> held = new ArrayDeque<>();

    private boolean deciding;

    Acceptance(Replication replication) {
        this.replication = replication;
    }

    /** Whether a message is being decided on: what is said meanwhile does not wait for the journal. */
    void deciding(boolean now) {
        deciding = now;
    }

    Turn.Effect of(Producer producer, Publish publish) {
        return applied -> {
            if (deciding && !(held.isEmpty() && replication.serves())) {
                held.add(later -> say(producer, publish, later));
            } else {
                say(producer, publish, applied);
            }
        };
    }

    /** What is said of a decision that the journal does not get. */
    Turn.Effect ofFleeting(Turn.Effect answer) {
        return applied -> {
            if (held.isEmpty() && replication.serves()) {
                answer.run(applied);
            } else {
                held.add(answer);
            }
        };
    }

    private static void say(Producer producer, Publish publish, Turn turn) {
        turn.calling(producer.client());
        producer.listener().accepted(publish);
    }

    /** Says what was held back, if it may be said now. */
    void sayHeld(Turn turn) {
        while (!held.isEmpty() && replication.serves()) {
            held.remove().run(turn);
        }
    }
}
