package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice receive}: takes messages from a queue; each is acknowledged once it is printed. */
@Command(
        name = "receive",
        mixinStandardHelpOptions = true,
        description = "Take messages from a queue; each is acknowledged once it is printed.",
        footer = {"", "Exits with 4 when there were fewer messages than asked for."})
final class ReceiveCommand implements Callable<Integer> {
    private static final int CREDIT = 100;

    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "ADDRESS", description = "The queue.")
    String address;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "1",
            description = "So many messages, 0 for all there are (default ${DEFAULT-VALUE}).")
    long count;

    @Option(
            names = "--timeout-millis",
            paramLabel = "T",
            defaultValue = "2000",
            description = "Longest wait for the next message, 0 for ever (default ${DEFAULT-VALUE}).")
    long timeoutMillis;

    @Override
    public Integer call() throws CommandFailure {
        try (BrokerConnection connection = BrokerConnection.open(broker.url);
                Progress progress = new Progress("received", count)) {
            long received = receive(connection, progress);
            if (received == 0 || received < count) {
                throw new CommandFailure(
                        ExitCode.TIMED_OUT,
                        received + (count == 0 ? "" : " of " + count) + " messages received from " + address
                                + ", then none for " + timeoutMillis + " ms");
            }
            return ExitCode.OK;
        }
    }

    private long receive(BrokerConnection connection, Progress progress) throws CommandFailure {
        MessagePrinter printer =
                new MessagePrinter(new Output(spec.commandLine().getOut()), broker.json);
        long wanted = count == 0 ? Long.MAX_VALUE : count;
        long granted = 0;
        long received = 0;
        try {
            // Credit by hand: never more than is asked for, so that nothing is taken that is not printed.
            ReceiverOptions options = new ReceiverOptions().creditWindow(0).autoAccept(false);
            Receiver receiver = connection.amqp().openReceiver(address, options);
            connection.awaitOpen(receiver);
            while (received < wanted) {
                if (granted - received <= CREDIT / 2 && granted < wanted) {
                    int more = (int) Math.min(wanted - granted, CREDIT);
                    receiver.addCredit(more);
                    granted += more;
                }
                Delivery delivery = timeoutMillis == 0
                        ? receiver.receive()
                        : receiver.receive(timeoutMillis, TimeUnit.MILLISECONDS);
                if (delivery == null) {
                    break;
                }
                printer.print(address, delivery.message());
                delivery.accept();
                progress.at(++received);
            }
            return received;
        } catch (ClientException e) {
            throw connection.failure(e);
        }
    }
}
