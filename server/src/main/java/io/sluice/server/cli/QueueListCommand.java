package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice queue list}. */
@Command(name = "list", mixinStandardHelpOptions = true, description = "List all queues and what is in them.")
final class QueueListCommand implements Callable<Integer> {
    private static final List<String> ATTRIBUTES =
            List.of("name", "kind", "durable", "messages", "bytes", "unsettled", "scheduled", "consumers", "producers");

    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Override
    public Integer call() throws CommandFailure {
        List<Map<String, Object>> queues;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            queues = ManagementNode.open(connection).queues(ATTRIBUTES);
        }
        Output output = new Output(spec.commandLine().getOut());
        if (broker.json) {
            for (Map<String, Object> queue : queues) {
                output.object(json -> {
                    for (Map.Entry<String, Object> attribute : queue.entrySet()) {
                        json.writeFieldName(attribute.getKey());
                        MessagePrinter.write(json, attribute.getValue());
                    }
                });
            }
        } else {
            table(queues).forEach(output::line);
        }
        return ExitCode.OK;
    }

    /** Columns as wide as their widest value. */
    static List<String> table(List<Map<String, Object>> queues) {
        List<String> lines = new ArrayList<>();
        for (int row = -1; row < queues.size(); row++) {
            StringBuilder line = new StringBuilder();
            for (String attribute : ATTRIBUTES) {
                int width = attribute.length();
                for (Map<String, Object> queue : queues) {
                    width = Math.max(width, cell(queue, attribute).length());
                }
                String cell = row < 0 ? attribute : cell(queues.get(row), attribute);
                line.append(cell).append(" ".repeat(width - cell.length() + 2));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private static String cell(Map<String, Object> queue, String attribute) {
        return String.valueOf(queue.getOrDefault(attribute, ""));
    }
}
