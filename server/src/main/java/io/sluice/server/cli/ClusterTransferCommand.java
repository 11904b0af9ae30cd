package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;

/** {@code sluice cluster transfer}. */
@Command(
        name = "transfer",
        mixinStandardHelpOptions = true,
        description = "Make a node the primary. Clients lose their connections to the one before, and connect again.")
final class ClusterTransferCommand extends ClusterChange {
    private static final long LOOK_MILLIS = 200;
    private static final long MOST_LOOKS = 75;

    @Override
    public Integer call() throws CommandFailure {
        try {
            return change("TRANSFER", Map.of(), "primary");
        } catch (CommandFailure failure) {
            // The answer goes down with the connection where the role was quicker; then its end is what the nodes say.
            if (!failure.lostConnection() || !becamePrimary()) {
                throw failure;
            }
            report("primary");
            return ExitCode.OK;
        }
    }

    private boolean becamePrimary() throws CommandFailure {
        for (int look = 0; look < MOST_LOOKS; look++) {
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                throw BrokerConnection.interrupted();
            }
            if (isPrimary()) {
                return true;
            }
        }
        return false;
    }

    private boolean isPrimary() throws CommandFailure {
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            return ManagementNode.open(connection).all("node", List.of("name", "role")).stream()
                    .anyMatch(one -> node.equals(one.get("name")) && "primary".equals(one.get("role")));
        } catch (CommandFailure failure) {
            if (failure.lostConnection()) {
                return false;
            }
            throw failure;
        }
    }
}
