package io.sluice.amqp;

import io.sluice.broker.TemporaryName;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.function.Supplier;

/** Names for nodes that links ask for (AMQP 1.0 §3.5.3): never twice, and not to be guessed, since who knows one may send there. */
public final class NodeNames {
    private static final int RANDOM_BYTES = 16;

    private NodeNames() {}

    /** Any thread. */
    public static Supplier<String> random() {
        return random(TemporaryName.PREFIX);
    }

    /** The same for queues that are not temporary, as RabbitMQ calls those of which their declarer names none. */
    public static Supplier<String> ofQueues() {
        return random("amq.gen-");
    }

    private static Supplier<String> random(String prefix) {
        SecureRandom random = new SecureRandom();
        return () -> {
            byte[] bytes = new byte[RANDOM_BYTES];
            random.nextBytes(bytes);
            return prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        };
    }
}
