package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice cluster transfer}. */
@Command(
        name = "transfer",
        mixinStandardHelpOptions = true,
        description = "Make a node the primary. Clients lose their connections to the one before, and connect again.")
final class ClusterTransferCommand extends ClusterChange {
    @Option(
            names = "--shard",
            paramLabel = "K",
            description =
                    "Of which shard, from 0; needed where there are several. The node that is its primary is asked.")
    Integer shard;

    private static final long LOOK_MILLIS = 200;
    private static final long MOST_LOOKS = 75;

    @Override
    public Integer call() throws CommandFailure {
        try {
            return change("TRANSFER", shard == null ? Map.of() : Map.of("shard", shard), "primary");
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
            Object asked = shard == null ? 0 : shard;
            return ManagementNode.open(connection).all("replica", List.of("shard", "node", "role")).stream()
                    .anyMatch(one -> asked.equals(one.get("shard"))
                            && node.equals(one.get("node"))
                            && "primary".equals(one.get("role")));
        } catch (CommandFailure failure) {
            if (failure.lostConnection()) {
                return false;
            }
            throw failure;
        }
    }
}
