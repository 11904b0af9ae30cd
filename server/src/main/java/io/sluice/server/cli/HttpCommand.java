package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice http}: a gateway from HTTP to a broker's management, until it is told to stop. */
@Command(
        name = "http",
        mixinStandardHelpOptions = true,
        description = {
            "Look at a broker and change it over HTTP and JSON, for programs on this machine: each request logs in to the",
            "broker by its own user and password (HTTP Basic). GET /api names what there is, GET /api/queue lists queues,",
            "PUT, PATCH and DELETE /api/queue/NAME change one, POST /api/queue/NAME/purge empties it. Runs until SIGTERM or",
            "SIGINT, and prints one line when it listens."
        })
final class HttpCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = BrokerUrl.DEFAULT,
            converter = BrokerOptions.UrlConverter.class,
            description = "The broker, amqp://host:port/virtualHost (default ${DEFAULT-VALUE}).")
    BrokerUrl url;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "An address of this machine alone (default ${DEFAULT-VALUE}).")
    String host;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8161",
            description = "The port, 0 for any free one (default ${DEFAULT-VALUE}).")
    int port;

    @Option(
            names = "--anonymous",
            description = "Bring requests without a user to the broker, too: it may let this machine do everything.")
    boolean anonymous;

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        if (url.user().isPresent()) {
            throw new ParameterException(spec.commandLine(), "--url has a user, but each request is to bring its own");
        }
        try (HttpGateway gateway = HttpGateway.start(url, anonymous, address())) {
            Runtime.getRuntime().addShutdownHook(new Thread(gateway::close, "stop"));
            spec.commandLine().getOut().println("ready " + gateway.url());
            spec.commandLine().getOut().flush();
            new CountDownLatch(1).await();
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.LISTEN, "cannot listen on " + host + ":" + port + ": " + e.getMessage());
        }
    }

    /** Passwords come in the clear: who is elsewhere comes by a proxy with TLS. */
    private InetSocketAddress address() throws IOException {
        InetAddress address = InetAddress.getByName(host);
        if (!address.isLoopbackAddress() || port < 0 || port > 65_535) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--host is to be an address of this machine alone, such as 127.0.0.1, and --port 0 to 65535: passwords"
                            + " come in the clear; put a proxy with TLS in front for others");
        }
        return new InetSocketAddress(address, port);
    }
}
