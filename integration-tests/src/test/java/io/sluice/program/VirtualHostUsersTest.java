package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.security.ScramPassword;
import io.sluice.broker.security.StoredPassword;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.security.SaslCode;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker whose virtual host "blue" has an account anna, and says what the broker's bert may do there; "green" is for admin only. */
@Timeout(300)
final class VirtualHostUsersTest {
    private static final String BROKERS = "";

    @TempDir
    private Path folder;

    private final Operator operator = Operator.byProcesses();

    @BeforeEach
    void configure() throws IOException {
        configure("[]", "");
    }

    private void configure(String also, String certificate) throws IOException {
        Files.writeString(folder.resolve("sluice.yaml"), """
                listen:
                  port: 0
                  also: %s
                  tls: {certificates: [%s]}
                security:
                  anonymous: never
                  users:
                    - {name: admin, password: "%s"}
                    - {name: anna, password: "%s"}
                    - {name: bert, password: "%s"}
                virtualHosts:
                  - name: blue
                    hostNames: [blue.example.com]
                    users: [admin]
                    accounts:
                      - {name: anna, password: "%s"}
                      - {name: bert, permissions: {send: [orders], create: [orders]}}
                  - {name: green, users: [admin]}
                """.formatted(
                        also, certificate, hash("admin"), hash("of the broker"), hash("bert"), hash("of blue")));
    }

    private static String hash(String password) {
        return StoredPassword.create(password, ScramPassword.MIN_ITERATIONS, new SecureRandom())
                .encoded();
    }

    private BrokerProcess start() throws Exception {
        return BrokerProcess.start(
                folder.resolve("data"),
                "--config",
                folder.resolve("sluice.yaml").toString());
    }

    private static String url(BrokerProcess broker, String host) {
        return "amqp://admin:admin@127.0.0.1:" + broker.port() + "/" + host;
    }

    private static Connection login(BrokerProcess broker, String host, String user, String password)
            throws JMSException {
        String option = host.isEmpty() ? "" : "?amqp.vhost=" + host;
        Connection connection =
                new JmsConnectionFactory("amqp://127.0.0.1:" + broker.port() + option).createConnection(user, password);
        try {
            connection.start();
            return connection;
        } catch (JMSException e) {
            connection.close();
            throw e;
        }
    }

    private static void isRefused(BrokerProcess broker, String host, String user, String password) {
        assertThrows(
                JMSSecurityException.class,
                () -> login(broker, host, user, password).close());
    }

    @Test
    void one_name_is_a_user_of_the_broker_and_one_of_each_host_that_outlives_kill_9() throws Exception {
        try (BrokerProcess broker = start()) {
            operator.okTyping("of green\n", "user", "add", "anna", "--url", url(broker, "green"));
            broker.kill();
        }
        try (BrokerProcess broker = start()) {
            login(broker, BROKERS, "anna", "of the broker").close();
            login(broker, "blue", "anna", "of blue").close();
            login(broker, "vhost:blue", "anna", "of blue").close();
            login(broker, "green", "anna", "of green").close();
            login(broker, BROKERS, "anna@green", "of green").close();

            isRefused(broker, BROKERS, "anna", "of blue");
            isRefused(broker, "blue", "anna", "of the broker");
            isRefused(broker, "green", "anna", "of blue");
            isRefused(broker, BROKERS, "anna@green", "of blue");
            JMSException notAdmitted = assertThrows(JMSException.class, () -> login(broker, "green", "bert", "bert"));
            assertTrue(
                    notAdmitted.getMessage().contains("user 'bert' may not use the virtual host 'green'"),
                    notAdmitted.getMessage());
            assertEquals(0, broker.stop());
        }
    }

    @Test
    void each_host_shows_and_removes_its_own_only() throws Exception {
        try (BrokerProcess broker = start()) {
            operator.okTyping("of green\n", "user", "add", "carl", "--url", url(broker, "green"));
            String green = operator.ok("user", "list", "--url", url(broker, "green"));
            assertTrue(green.contains("carl") && !green.contains("anna") && !green.contains("admin"), green);
            String blue = operator.ok("user", "list", "--url", url(broker, "blue"));
            assertTrue(blue.contains("anna  configuration") && blue.contains("bert  configuration"), blue);
            assertFalse(blue.contains("carl"), blue);
            String all = operator.ok("user", "list", "--url", url(broker, BROKERS));
            assertTrue(all.contains("admin") && !all.contains("carl"), all);

            CompletableFuture<JMSException> ended = new CompletableFuture<>();
            try (Connection carl = login(broker, "green", "carl", "of green")) {
                carl.setExceptionListener(ended::complete);
                String connections = operator.ok("connection", "list", "--json", "--url", url(broker, "green"));
                Operator.has(connections, "\"user\":\"carl\"", "\"userOf\":\"green\"", "\"virtualHost\":\"green\"");
                operator.ok("user", "remove", "carl", "--url", url(broker, "green"));
                JMSException why = ended.get(60, TimeUnit.SECONDS);
                assertInstanceOf(JMSSecurityException.class, why);
            }
            isRefused(broker, "green", "carl", "of green");
        }
    }

    @Test
    void what_a_user_of_the_broker_may_do_is_said_for_each_host() throws Exception {
        try (BrokerProcess broker = start();
                Client client = Client.create()) {
            ConnectionOptions bert = new ConnectionOptions().user("bert").password("bert");
            try (org.apache.qpid.protonj2.client.Connection everything =
                            client.connect("127.0.0.1", broker.port(), bert);
                    Receiver receiver = everything.openReceiver("orders")) {
                receiver.openFuture().get(60, TimeUnit.SECONDS);
            }
            bert.virtualHost("blue");
            try (org.apache.qpid.protonj2.client.Connection blue = client.connect("127.0.0.1", broker.port(), bert);
                    Sender sender = blue.openSender("orders")) {
                sender.openFuture().get(60, TimeUnit.SECONDS);
                Exception refused = assertThrows(
                        Exception.class,
                        () -> blue.openReceiver("orders").openFuture().get(60, TimeUnit.SECONDS));
                assertInstanceOf(ClientException.class, refused.getCause());
                assertTrue(
                        refused.getMessage().contains("user 'bert' may not receive from 'orders'"),
                        refused.getMessage());
            }
            // An account has no say in the default host, nor the broker's user of its name in this one.
            try (Connection anna = login(broker, "blue", "anna", "of blue")) {
                Session session = anna.createSession(false, Session.AUTO_ACKNOWLEDGE);
                session.createConsumer(session.createQueue("orders")).close();
            }
        }
    }

    private static FrameClient loggedIn(BrokerProcess broker, String askedFor) throws IOException {
        return loggedIn(new Socket(InetAddress.getLoopbackAddress(), broker.port()), askedFor);
    }

    private static FrameClient loggedIn(Socket socket, String askedFor) throws IOException {
        FrameClient client = FrameClient.beginningSasl(socket);
        SaslInit init = new SaslInit();
        init.setMechanism(Symbol.valueOf("PLAIN"));
        init.setHostname(askedFor);
        init.setInitialResponse(new Binary("\0anna\0of blue".getBytes(StandardCharsets.UTF_8)));
        client.sendSasl(init);
        assertEquals(SaslCode.OK, client.next(SaslOutcome.class).getCode());
        return client;
    }

    /** AMQP 1.0 §5.3.3.2. */
    @Test
    void the_hostname_of_the_login_says_which_host_is_opened() throws Exception {
        try (BrokerProcess broker = start()) {
            for (String hostname : new String[] {null, "127.0.0.1", "blue", "BLUE.example.com"}) {
                try (FrameClient client = loggedIn(broker, "blue.example.com")) {
                    Open open = client.open("c", hostname);
                    assertEquals("blue", open.getProperties().get(Symbol.valueOf("virtual-host")));
                }
            }
            for (String hostname : new String[] {"green", "vhost:/"}) {
                try (FrameClient client = loggedIn(broker, "blue")) {
                    client.open("c", hostname);
                    Close close = client.next(Close.class);
                    assertEquals(
                            Symbol.valueOf("amqp:not-allowed"), close.getError().getCondition());
                }
            }
        }
    }

    /** RFC 6066 §3. */
    @Test
    void so_does_the_host_that_tls_is_asked_for() throws Exception {
        Certificates certificates = Certificates.in(folder);
        Path identity = certificates.issue("broker", "CN=mq.example.com", "san=dns:mq.example.com");
        configure(
                "[{host: 127.0.0.1, port: 0, protocol: amqps}]",
                "{file: \"" + identity + "\", passwordFile: \"" + certificates.passwordFile() + "\"}");
        try (BrokerProcess broker = start()) {
            SSLSocket socket = (SSLSocket) trusting(certificates.trust())
                    .getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), broker.port("amqps"));
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName("blue.example.com")));
            socket.setSSLParameters(parameters);
            try (FrameClient client = loggedIn(socket, null)) {
                Open open = client.open("c", "127.0.0.1");
                assertEquals("blue", open.getProperties().get(Symbol.valueOf("virtual-host")));
            }
        }
    }

    private static SSLContext trusting(Path trust) throws Exception {
        KeyStore store = KeyStore.getInstance(trust.toFile(), Certificates.PASSWORD.toCharArray());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trusted.getTrustManagers(), new SecureRandom());
        return context;
    }
}
