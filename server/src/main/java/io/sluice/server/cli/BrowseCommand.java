package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DistributionMode;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.apache.qpid.protonj2.client.exceptions.ClientOperationTimedOutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice browse}: prints what is available in a queue and changes nothing. */
@Command(
        name = "browse",
        mixinStandardHelpOptions = true,
        description = "Print the messages available in a queue, in order. Nothing is taken and nothing changes.",
        footer = {"", "Exits with 4 when there is none."})
final class BrowseCommand implements Callable<Integer> {
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
            defaultValue = "0",
            description = "At most so many messages, 0 for all (default ${DEFAULT-VALUE}).")
    long count;

    @Option(names = "--locked", description = "Also what consumers have and have not settled. Of Sluice only.")
    boolean locked;

    @Option(names = "--scheduled", description = "Also what waits for its time, or is parked. Of Sluice only.")
    boolean scheduled;

    @Option(
            names = "--timeout-millis",
            paramLabel = "T",
            defaultValue = "10000",
            description = "Longest wait for the broker (default ${DEFAULT-VALUE}).")
    long timeoutMillis;

    @Override
    public Integer call() throws CommandFailure {
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            if (browse(connection) == 0) {
                throw new CommandFailure(ExitCode.TIMED_OUT, "no messages available in " + address);
            }
            return ExitCode.OK;
        }
    }

    private long browse(BrokerConnection connection) throws CommandFailure {
        MessagePrinter printer =
                new MessagePrinter(new Output(spec.commandLine().getOut()), broker.json);
        long wanted = count == 0 ? Long.MAX_VALUE : count;
        try {
            ReceiverOptions options = new ReceiverOptions().creditWindow(0).autoAccept(false);
            options.sourceOptions().distributionMode(DistributionMode.COPY);
            if (locked || scheduled) {
                options.properties(Map.of("sluice:browse-locked", locked, "sluice:browse-scheduled", scheduled));
            }
            Receiver receiver = connection.amqp().openReceiver(address, options);
            connection.awaitOpen(receiver);
            long seen = 0;
            while (seen < wanted) {
                int credit = (int) Math.min(wanted - seen, CREDIT);
                int got = page(receiver, credit, printer);
                seen += got;
                if (got < credit) {
                    break;
                }
            }
            return seen;
        } catch (ClientException e) {
            throw connection.failure(e);
        }
    }

    /** Drained credit tells the end of the queue: the broker answers when it has no more (AMQP 1.0 §2.6.7). */
    private int page(Receiver receiver, int credit, MessagePrinter printer) throws ClientException, CommandFailure {
        receiver.addCredit(credit);
        try {
            receiver.drain().get(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ClientException cause ? cause : new ClientException("" + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new ClientOperationTimedOutException("no answer to the drain");
        } catch (InterruptedException e) {
            throw BrokerConnection.interrupted();
        }
        int got = 0;
        for (Delivery next = receiver.tryReceive(); next != null; next = receiver.tryReceive()) {
            printer.print(address, next.message());
            next.accept();
            got++;
        }
        return got;
    }
}
