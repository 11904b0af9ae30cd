package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice link renew-lock}. */
@Command(
        name = "renew-lock",
        mixinStandardHelpOptions = true,
        description = "Give a receiver the whole time again for what it has not settled, where its locks run out.")
final class LinkRenewLockCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "IDENTITY", description = "Its identity, as link list shows it.")
    String identity;

    @Option(
            names = "--message",
            paramLabel = "SEQUENCE",
            description = "This message only, by its number: queue peek shows it.")
    Long message;

    @Override
    public Integer call() throws CommandFailure {
        Map<String, Object> properties = new LinkedHashMap<>(Map.of("identity", identity));
        if (message != null) {
            properties.put("sequence", message);
        }
        Map<String, Object> renewed;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            renewed = ManagementNode.open(connection).ask("RENEW-LOCK", "link", properties);
        }
        Output output = new Output(spec.commandLine().getOut());
        if (broker.json) {
            output.object(renewed);
        } else {
            output.line(text(renewed));
        }
        return ExitCode.OK;
    }

    private static String text(Map<String, Object> renewed) throws CommandFailure {
        if (!(renewed.get("lockedUntilMillis") instanceof Number until)) {
            throw new CommandFailure(
                    ExitCode.REFUSED, ManagementNode.ADDRESS + " did not say until when the locks last");
        }
        return renewed.get("locks") + " locks last until " + Instant.ofEpochMilli(until.longValue());
    }
}
