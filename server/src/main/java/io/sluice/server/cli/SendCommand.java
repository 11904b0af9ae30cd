package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Rejected;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.SenderOptions;
import org.apache.qpid.protonj2.client.Tracker;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice send}: sends messages and waits until the broker has accepted each. */
@Command(
        name = "send",
        mixinStandardHelpOptions = true,
        description = "Send messages and wait until the broker has accepted each.",
        footer = {"", "Example: sluice send orders '{\"id\": 1}' --priority 9 --property region=eu"})
final class SendCommand implements Callable<Integer> {
    private static final int MAX_UNSETTLED = 1000;

    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(index = "0", paramLabel = "ADDRESS", description = "The queue.")
    String address;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "BODY", description = "One text message each.")
    List<String> bodies = List.of();

    @Option(names = "--count", paramLabel = "N", defaultValue = "1", description = "Send all of it N times.")
    long count;

    @Option(names = "--size", paramLabel = "BYTES", description = "A binary message of so many bytes.")
    Integer size;

    @Option(names = "--file", paramLabel = "FILE", description = "A binary message: the file; - for standard input.")
    String file;

    @Option(names = "--lines", description = "With --file: one text message per line.")
    boolean lines;

    @Option(
            names = "--durable",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Whether the messages survive a restart (default: yes).")
    boolean durable;

    @Option(names = "--priority", paramLabel = "0-9", description = "Priority (default 4).")
    Byte priority;

    @Option(names = "--ttl-millis", paramLabel = "T", description = "Time to live.")
    Long ttlMillis;

    @Option(names = "--property", paramLabel = "K=V", description = "An application property; may be repeated.")
    Map<String, String> properties = new LinkedHashMap<>();

    @Option(
            names = "--timeout-millis",
            paramLabel = "T",
            defaultValue = "10000",
            description = "Longest wait for credit or an answer (default ${DEFAULT-VALUE}).")
    long timeoutMillis;

    /** Sent, not answered yet, oldest first. */
    private final ArrayDeque<Tracker> unsettled = new ArrayDeque<>();

    private long accepted;

    @Override
    public Integer call() throws CommandFailure, IOException {
        List<Object> all = contents();
        long startedAt = System.nanoTime();
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            try (Progress progress = new Progress("accepted", count * all.size())) {
                SenderOptions options = new SenderOptions().sendTimeout(timeoutMillis);
                Sender sender = connection.amqp().openSender(address, options);
                connection.awaitOpen(sender);
                for (long i = 0; i < count; i++) {
                    for (Object content : all) {
                        send(sender, content);
                        progress.at(accepted);
                    }
                }
                settle(0);
            } catch (ClientException e) {
                throw connection.failure(e);
            }
        } finally {
            report((System.nanoTime() - startedAt) / 1_000_000);
        }
        return ExitCode.OK;
    }

    private List<Object> contents() throws IOException {
        List<Object> contents = new ArrayList<>(bodies);
        if (size != null) {
            byte[] filler = new byte[size];
            Arrays.fill(filler, (byte) 'x');
            contents.add(filler);
        }
        if (file != null) {
            byte[] bytes = file.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
            if (lines) {
                new String(bytes, java.nio.charset.StandardCharsets.UTF_8)
                        .lines()
                        .forEach(contents::add);
            } else {
                contents.add(bytes);
            }
        }
        if (contents.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Nothing to send: give a BODY, --size or --file");
        }
        if (priority != null && (priority < 0 || priority > 9)) {
            throw new ParameterException(spec.commandLine(), "--priority is 0 to 9, not " + priority);
        }
        return contents;
    }

    private void send(Sender sender, Object content) throws ClientException, CommandFailure {
        Message<Object> message = Message.create(content);
        message.durable(durable);
        if (priority != null) {
            message.priority(priority);
        }
        if (ttlMillis != null) {
            message.timeToLive(ttlMillis);
        }
        for (Map.Entry<String, String> property : properties.entrySet()) {
            message.property(property.getKey(), property.getValue());
        }
        unsettled.add(sender.send(message));
        settle(MAX_UNSETTLED - 1);
    }

    /** Waits for answers until no more than so many are outstanding; takes those that are there already. */
    private void settle(int outstanding) throws ClientException, CommandFailure {
        while (!unsettled.isEmpty()
                && (unsettled.size() > outstanding || unsettled.peek().remoteSettled())) {
            DeliveryState state = unsettled
                    .remove()
                    .awaitSettlement(timeoutMillis, TimeUnit.MILLISECONDS)
                    .remoteState();
            if (state == null || !state.isAccepted()) {
                throw notAccepted(state);
            }
            accepted++;
        }
    }

    private CommandFailure notAccepted(DeliveryState state) {
        if (state instanceof Rejected rejected) {
            return BrokerConnection.refused(rejected.getCondition(), rejected.getDescription());
        }
        String outcome =
                state == null ? "no outcome" : state.getType().toString().toLowerCase(java.util.Locale.ROOT);
        return new CommandFailure(ExitCode.REFUSED, address + " did not take the message: " + outcome);
    }

    private void report(long millis) {
        if (broker.json) {
            new Output(spec.commandLine().getOut()).object(json -> {
                json.writeStringField("address", address);
                json.writeNumberField("accepted", accepted);
                json.writeNumberField("millis", millis);
            });
        }
    }
}
