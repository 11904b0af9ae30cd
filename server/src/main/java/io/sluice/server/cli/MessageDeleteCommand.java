package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice message delete}. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "Delete messages of a queue by their numbers; not those a consumer has, which are named.")
final class MessageDeleteCommand implements Callable<Integer> {
    /** In one request. */
    private static final int MAX_MESSAGES = 500;

    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue.")
    String queue;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "SEQUENCE",
            description = "Numbers, as queue peek shows them.")
    List<Long> sequences;

    @Override
    public Integer call() throws CommandFailure {
        long deleted = 0;
        List<Map<String, Object>> kept = new ArrayList<>();
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode node = ManagementNode.open(connection);
            for (int from = 0; from < sequences.size(); from += MAX_MESSAGES) {
                List<Long> some = sequences.subList(from, Math.min(sequences.size(), from + MAX_MESSAGES));
                Object body = node.request(
                        "DELETE-MESSAGES", Map.of("name", queue), Map.of("sequences", new ArrayList<>(some)));
                if (!(body instanceof Map<?, ?> answer && answer.get("messages") instanceof Number messages)) {
                    throw new CommandFailure(
                            ExitCode.REFUSED, ManagementNode.ADDRESS + " did not say how many messages it deleted");
                }
                deleted += messages.longValue();
                kept.addAll(ManagementNode.maps(answer.get("kept")));
            }
        }
        Output output = new Output(spec.commandLine().getOut());
        if (broker.json) {
            output.object(Map.of("messages", deleted, "kept", kept));
        } else {
            output.line(deleted + " messages deleted from " + queue);
            kept.forEach(one -> output.quoted("  message " + one.get("sequence") + " stays: " + one.get("text")));
        }
        return kept.isEmpty() ? ExitCode.OK : ExitCode.REFUSED;
    }
}
