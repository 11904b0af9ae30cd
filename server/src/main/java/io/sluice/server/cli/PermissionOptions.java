package io.sluice.server.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a user may do. Given together, they are all that the user may. */
final class PermissionOptions {
    @Option(
            names = "--send",
            paramLabel = "PATTERN",
            description = "May send to such queues and topics; * is any characters. May be repeated, as those below.")
    List<String> send = List.of();

    @Option(names = "--receive", paramLabel = "PATTERN", description = "May take messages from such queues and topics.")
    List<String> receive = List.of();

    @Option(names = "--browse", paramLabel = "PATTERN", description = "May look at messages of such queues.")
    List<String> browse = List.of();

    @Option(
            names = "--create",
            paramLabel = "PATTERN",
            description = "May bring such queues into being by using them; $temporary/* for temporary ones.")
    List<String> create = List.of();

    @Option(
            names = "--manage",
            paramLabel = "PATTERN",
            description =
                    "May change such queues and topics by $management; $user, $connection, $node, … for the rest.")
    List<String> manage = List.of();

    @Option(names = "--nothing", description = "May do nothing but look at what there is.")
    boolean nothing;

    /** By action; empty where none of them is given. */
    Optional<Map<String, List<String>>> given() {
        Map<String, List<String>> all = new LinkedHashMap<>();
        all.put("send", send);
        all.put("receive", receive);
        all.put("browse", browse);
        all.put("create", create);
        all.put("manage", manage);
        all.values().removeIf(List::isEmpty);
        return all.isEmpty() && !nothing ? Optional.empty() : Optional.of(all);
    }
}
