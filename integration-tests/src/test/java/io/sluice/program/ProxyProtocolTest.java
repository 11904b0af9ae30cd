package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.Connection;
import jakarta.jms.JMSSecurityException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program behind a proxy that says who its clients are, with TLS from the client to the broker. */
@Timeout(300)
final class ProxyProtocolTest {
    private static final String CLIENT = "203.0.113.9";

    @TempDir
    private Path folder;

    /** Brings each connection to a port, as that of one client. */
    private static final class Proxy implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final int to;

        Proxy(int to) throws IOException {
            this.to = to;
            new Thread(this::serve, "proxy").start();
        }

        int port() {
            return listening.getLocalPort();
        }

        private void serve() {
            try {
                while (true) {
                    Socket client = listening.accept();
                    Socket broker = new Socket(InetAddress.getLoopbackAddress(), to);
                    broker.getOutputStream()
                            .write(("PROXY TCP4 " + CLIENT + " 192.0.2.1 51000 5671\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
                    new Thread(() -> splice(client, broker), "to broker").start();
                    new Thread(() -> splice(broker, client), "to client").start();
                }
            } catch (IOException e) {
                // Closed.
            }
        }

        private static void splice(Socket from, Socket to) {
            try (from;
                    to) {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException e) {
                // The other half has ended.
            }
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }

    @Test
    void a_client_behind_a_proxy_is_known_by_its_own_address_and_has_no_rights_of_this_machine() throws Exception {
        Certificates certificates = Certificates.in(folder);
        Path identity = certificates.issue("broker", "CN=broker", "san=dns:localhost,ip:127.0.0.1");
        Operator operator = Operator.byProcesses();
        String hash = operator.okTyping("secret\n", "user", "hash").strip();
        Path file = Files.writeString(
                folder.resolve("sluice.yaml"), """
                listen:
                  port: 0
                  trustedProxies: ["127.0.0.0/8"]
                  also: [{host: 127.0.0.1, port: 0, protocol: amqps, proxyProtocol: required}]
                  tls: {certificates: [{file: "%s", passwordFile: "%s"}]}
                security:
                  users:
                    - {name: anna, password: "%s"}
                    - {name: local, password: "%s", loopbackOnly: true}
                """.formatted(identity, certificates.passwordFile(), hash, hash));
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("data"), "--config", file.toString());
                Proxy proxy = new Proxy(broker.port("amqps"))) {
            JmsConnectionFactory factory = new JmsConnectionFactory("amqps://localhost:" + proxy.port()
                    + "?transport.trustStoreLocation=" + certificates.trust() + "&transport.trustStorePassword="
                    + Certificates.PASSWORD);
            try (Connection connection = factory.createConnection("anna", "secret")) {
                connection.start();
                String list = Operator.of(broker).ok("connection", "list");
                assertTrue(list.contains(CLIENT + ":51000"), list);
            }
            assertThrows(JMSSecurityException.class, () -> {
                try (Connection connection = factory.createConnection("local", "secret")) {
                    connection.start();
                }
            });
            try (Socket direct = new Socket(InetAddress.getLoopbackAddress(), broker.port("amqps"))) {
                direct.getOutputStream().write(new byte[] {'A', 'M', 'Q', 'P', 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
                assertEquals(-1, direct.getInputStream().read());
            }
            broker.awaitError("not a client that a proxy brings, closed");
        }
    }
}
