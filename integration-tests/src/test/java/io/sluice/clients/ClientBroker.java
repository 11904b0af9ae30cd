package io.sluice.clients;

import io.sluice.program.BrokerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The broker one client is tried with, with a port for each way in. One for all features: it is never changed for a client. */
public final class ClientBroker implements AutoCloseable {
    private static final List<String> SCHEMES = List.of("amqp", "amqps", "amqpws");

    private final Path folder;
    private final ClientIdentities identities;
    private final Map<String, Integer> ports = new TreeMap<>();
    private BrokerProcess process;

    private ClientBroker(Path folder, ClientIdentities identities) {
        this.folder = folder;
        this.identities = identities;
    }

    public static ClientBroker start(Path folder) throws IOException, InterruptedException {
        ClientBroker broker = new ClientBroker(folder, ClientIdentities.get());
        SCHEMES.forEach(scheme -> broker.ports.put(scheme, 0));
        broker.launch();
        SCHEMES.forEach(scheme -> broker.ports.put(scheme, broker.process.port(scheme)));
        return broker;
    }

    private void launch() throws IOException, InterruptedException {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), """
                listen:
                  also:
                    - {host: 127.0.0.1, port: %d, protocol: amqps}
                    - {host: 127.0.0.1, port: %d, protocol: amqpws}
                  tls:
                    certificates:
                      - file: %s
                        passwordFile: %s
                    clientCertificates: wanted
                    trustFile: %s
                """.formatted(
                        ports.get("amqps"),
                        ports.get("amqpws"),
                        identities.server(),
                        identities.passwordFile(),
                        identities.authority()));
        process = BrokerProcess.startOn(ports.get("amqp"), folder.resolve("data"), "--config", config.toString());
    }

    ClientIdentities identities() {
        return identities;
    }

    /** @param scheme amqp, amqps or amqpws */
    int port(String scheme) {
        return ports.get(scheme);
    }

    void restart() throws IOException, InterruptedException {
        close();
        launch();
    }

    void killAndRestart() throws IOException, InterruptedException {
        process.kill();
        launch();
    }

    /** Stops it, and fails where it does not end in order. */
    @Override
    public void close() {
        process.stopInOrder();
    }
}
