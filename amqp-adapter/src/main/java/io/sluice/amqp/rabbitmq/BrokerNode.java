package io.sluice.amqp.rabbitmq;

import java.util.List;
import java.util.function.Supplier;

/**
 * What clients are told of the broker they talk to.
 *
 * @param name as in our open frame: they compare it with the leader of a queue
 * @param virtualHost whose queues these are
 * @param members names of the nodes that have copies of its queues
 */
public record BrokerNode(String name, String virtualHost, Supplier<List<String>> members) {
    /** A broker on its own. */
    public static BrokerNode alone(String name) {
        return new BrokerNode(name, "/", () -> List.of(name));
    }
}
