package io.sluice.server.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice queue create}. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = "Create a queue; what is not said comes from the broker's templates. A queue that exists already"
                + " and is the same is left as it is, another one is refused.")
final class QueueCreateCommand extends ManagementCommand {
    @Parameters(paramLabel = "NAME", description = "The queue.")
    String name;

    @Option(names = "--kind", paramLabel = "KIND", description = "fifo, priority or weighted.")
    String kind;

    @Option(names = "--durable", negatable = true, description = "Whether it survives a restart.")
    Boolean durable;

    @Mixin
    LimitOptions limits;

    @Option(names = "--dead-letter-queue", paramLabel = "NAME", description = "Where rejected messages go.")
    String deadLetterQueue;

    @Option(names = "--max-deliveries", paramLabel = "N", description = "Failed deliveries that make a dead letter.")
    Integer maxDeliveries;

    @Option(names = "--expiry-queue", paramLabel = "NAME", description = "Where expired messages go.")
    String expiryQueue;

    @Option(
            names = "--dead-letter-exchange",
            paramLabel = "NAME",
            description = "The exchange through which rejected and expired messages go.")
    String deadLetterExchange;

    @Option(
            names = "--dead-letter-routing-key",
            paramLabel = "KEY",
            description = "The routing key they have there, in place of the one they came with.")
    String deadLetterRoutingKey;

    @Mixin
    DeduplicationOptions deduplication;

    @Mixin
    DispatchingOptions dispatching;

    @Mixin
    MessageLifeOptions life;

    @Mixin
    ExpiryOptions expiry;

    @Override
    void ask(ManagementNode node, Output output) throws CommandFailure {
        node.request("CREATE", Map.of("name", name), attributes());
        if (broker.json) {
            output.object(json -> json.writeStringField("created", name));
        }
    }

    /** Named as in {@code sluice.yaml}; only those given. */
    private Map<String, Object> attributes() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("kind", kind);
        attributes.put("durable", durable);
        limits.putInto(attributes);
        attributes.put("deadLetterQueue", deadLetterQueue);
        attributes.put("maxDeliveries", maxDeliveries);
        attributes.put("expiryQueue", expiryQueue);
        attributes.put("deadLetterExchange", deadLetterExchange);
        attributes.put("deadLetterRoutingKey", deadLetterRoutingKey);
        deduplication.putInto(attributes);
        dispatching.putInto(attributes);
        life.putInto(attributes);
        expiry.putInto(attributes);
        attributes.values().removeIf(java.util.Objects::isNull);
        return attributes;
    }
}
