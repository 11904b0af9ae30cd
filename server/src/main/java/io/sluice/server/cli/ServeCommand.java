package io.sluice.server.cli;

import io.sluice.server.ServeOptions;
import io.sluice.server.ServeProcess;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice serve}: runs a broker until it is told to stop. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description =
                "Run a broker until it gets SIGTERM or SIGINT. Prints one line to standard output when clients can"
                        + " connect; logs to standard error.",
        footer = {
            "",
            "Options go before the configuration file. Environment: SLUICE_JAVA_OPTS, options for the Java runtime.",
            "Exit codes: 0 stopped as asked, 2 wrong usage, 10 configuration, 11 data folder, 12 address in use,",
            "13 journal failed while running, 70 a defect of Sluice."
        })
final class ServeCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration file (default: config/sluice.yaml of this installation).")
    Path config;

    @Option(names = "--data", paramLabel = "DIR", description = "The data folder; created when missing.")
    Path data;

    @Option(names = "--port", paramLabel = "N", description = "The AMQP port, 0 for any free one.")
    Integer port;

    @Option(names = "--node", paramLabel = "NAME", description = "The name of this broker.")
    String node;

    @Option(
            names = "--join",
            description =
                    "In a cluster: wait to be added to one that there is ('sluice cluster add'), do not found one.")
    boolean join;

    @Option(
            names = "--hello",
            description = "When ready, send a message to the queue hello through AMQP, receive it, and show both.")
    boolean hello;

    @Override
    public Integer call() {
        ServeOptions options = new ServeOptions(
                Optional.ofNullable(config),
                Optional.ofNullable(data),
                Optional.ofNullable(port),
                Optional.ofNullable(node),
                join);
        PrintWriter out = spec.commandLine().getOut();
        return new ServeProcess(out).run(options, hello ? address -> new Hello(out).greet(address) : address -> {});
    }
}
