package io.sluice.server.cli;

import io.sluice.broker.port.StorageException;
import io.sluice.server.ExitCode;
import io.sluice.server.FirstNode;
import io.sluice.server.ServeOptions;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.ConfigurationException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice cluster init}. */
@Command(
        name = "init",
        mixinStandardHelpOptions = true,
        description = {
            "Make the data folder of a broker on its own that of the first node of a cluster, with all that is in it. The",
            "broker must not run. Other nodes are started with empty folders and --join, and added with cluster add."
        })
final class ClusterInitCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration file of the cluster (default: config/sluice.yaml of this installation).")
    Path config;

    @Option(names = "--node", paramLabel = "NAME", description = "Which of its nodes this is.")
    String node;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The data folder (default: the one that the configuration names).")
    Path data;

    @Option(names = "--json", description = "Print JSON, one object per line.")
    boolean json;

    @Override
    public Integer call() throws CommandFailure {
        Configuration configuration = configuration();
        Path folder;
        try {
            folder = FirstNode.make(configuration);
        } catch (StorageException e) {
            throw new CommandFailure(ExitCode.DATA_FOLDER, e.getMessage());
        }
        Output output = new Output(spec.commandLine().getOut());
        String cluster = configuration.cluster().name();
        if (json) {
            output.object(fields -> {
                fields.writeStringField("cluster", cluster);
                fields.writeStringField("node", configuration.node());
            });
        } else {
            output.line(
                    folder + " is of node " + configuration.node() + " of cluster " + cluster + ", which is its only"
                            + " node: start it, start others with --join, and add them with sluice cluster add");
        }
        return ExitCode.OK;
    }

    private Configuration configuration() throws CommandFailure {
        try {
            Configuration configuration = new ServeOptions(
                            Optional.ofNullable(config),
                            Optional.ofNullable(data),
                            Optional.empty(),
                            Optional.ofNullable(node))
                    .configuration();
            if (!configuration.cluster().isOn()) {
                throw new CommandFailure(
                        ExitCode.CONFIGURATION, "the configuration is of a broker on its own: cluster.name is empty");
            }
            return configuration;
        } catch (ConfigurationException e) {
            throw new CommandFailure(
                    ExitCode.CONFIGURATION,
                    e.problems().stream().map(Object::toString).collect(Collectors.joining("\n")));
        }
    }
}
