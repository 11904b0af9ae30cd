package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice link renew-lock}. */
@Command(
        name = "renew-lock",
        mixinStandardHelpOptions = true,
        description = "Give a receiver the whole time again for what it has not settled, where its locks run out.")
final class LinkRenewLockCommand extends ManagementCommand {
    @Parameters(paramLabel = "IDENTITY", description = "Its identity, as link list shows it.")
    String identity;

    @Option(
            names = "--message",
            paramLabel = "SEQUENCE",
            description = "This message only, by its number: queue peek shows it.")
    Long message;

    @Override
    void ask(ManagementNode node, Output output) throws CommandFailure {
        Map<String, Object> properties = new LinkedHashMap<>(Map.of("identity", identity));
        if (message != null) {
            properties.put("sequence", message);
        }
        Map<String, Object> renewed = node.ask("RENEW-LOCK", "link", properties);
        if (broker.json) {
            output.object(renewed);
        } else {
            output.line(text(renewed));
        }
    }

    private static String text(Map<String, Object> renewed) throws CommandFailure {
        if (!(renewed.get("lockedUntilMillis") instanceof Number until)) {
            throw new CommandFailure(
                    ExitCode.REFUSED, ManagementNode.ADDRESS + " did not say until when the locks last");
        }
        return renewed.get("locks") + " locks last until " + Instant.ofEpochMilli(until.longValue());
    }
}
