package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that asks a broker's management node: it connects, asks, prints and closes. */
abstract class ManagementCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Override
    public final Integer call() throws CommandFailure, IOException {
        prepare();
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ask(ManagementNode.open(connection), new Output(spec.commandLine().getOut()));
        }
        return ExitCode.OK;
    }

    /**
     * Before the broker is connected to: reads what has to be read, and looks whether what is asked for makes sense.
     *
     * @throws CommandFailure there is nothing to ask
     */
    void prepare() throws CommandFailure, IOException {
        // Most commands have what they need.
    }

    /**
     * Asks what the command is for, and prints what came of it.
     *
     * @throws CommandFailure the broker refuses it, or does not answer
     */
    abstract void ask(ManagementNode node, Output output) throws CommandFailure;
}
