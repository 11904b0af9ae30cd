package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.security.SaslChallenge;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.security.SaslResponse;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program with JSON Web Tokens, and clients that log in by them; and one that knows SCRAM-SHA-1 only. */
@Timeout(300)
final class TokenLoginTest {
    private static TokenIssuer issuer;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeKey() {
        issuer = new TokenIssuer();
    }

    private BrokerProcess broker() throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("sluice.yaml"), """
                listen: {port: 0}
                security:
                  anonymous: never
                  users: []
                  tokens:
                    cbs: true
                """ + issuer.settings(folder) + """
                      scopes:
                        - {name: orders, permissions: {send: ["orders"], create: ["orders"]}}
                """);
        return BrokerProcess.start(folder.resolve("data"), "--config", file.toString());
    }

    private static String token(long forMillis) {
        return issuer.token("anna", "openid orders", forMillis);
    }

    private static Connection connect(BrokerProcess broker, String mechanism, String user, String secret)
            throws JMSException {
        Connection connection = new JmsConnectionFactory(broker.uri() + "?amqp.saslMechanisms=" + mechanism)
                .createConnection(user, secret);
        try {
            connection.start();
            return connection;
        } catch (JMSException e) {
            connection.close();
            throw e;
        }
    }

    private static void send(Connection connection, String queue) throws JMSException {
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        MessageProducer producer = session.createProducer(session.createQueue(queue));
        producer.send(session.createTextMessage("x"));
        session.close();
    }

    @Test
    void a_jms_client_logs_in_by_a_token_and_may_do_what_its_scopes_say() throws Exception {
        try (BrokerProcess broker = broker()) {
            for (String mechanism : new String[] {"XOAUTH2", "PLAIN"}) {
                try (Connection connection = connect(broker, mechanism, "anna", token(600_000))) {
                    send(connection, "orders");
                    assertThrows(JMSSecurityException.class, () -> send(connection, "bills"));
                }
                String wrong = token(600_000) + "x";
                assertThrows(
                        JMSSecurityException.class,
                        () -> connect(broker, mechanism, "anna", wrong).close());
                String others = token(600_000);
                assertThrows(
                        JMSSecurityException.class,
                        () -> connect(broker, mechanism, "berta", others).close());
                String late = token(-1_000);
                assertThrows(
                        JMSSecurityException.class,
                        () -> connect(broker, mechanism, "anna", late).close());
            }
        }
    }

    @Test
    void when_the_token_is_over_so_is_the_connection() throws Exception {
        try (BrokerProcess broker = broker();
                Connection connection = connect(broker, "XOAUTH2", "anna", token(3_000))) {
            CompletableFuture<JMSException> ended = new CompletableFuture<>();
            connection.setExceptionListener(ended::complete);
            send(connection, "orders");
            String text = ended.get(60, TimeUnit.SECONDS).getMessage();
            assertTrue(text.contains("the token that user 'anna' logged in with has expired"), text);
            assertTrue(text.contains("amqp:unauthorized-access"), text);
        }
    }

    @Test
    void a_client_without_credentials_puts_a_token_and_may_do_what_its_scopes_say() throws Exception {
        try (BrokerProcess broker = broker();
                Client client = Client.create();
                org.apache.qpid.protonj2.client.Connection connection =
                        client.connect("127.0.0.1", broker.port(), withoutCredentials())) {
            assertThrows(ClientException.class, () -> send(connection, "orders"));
            Receiver answers = connection.openReceiver("$cbs");
            answers.openFuture().get(60, TimeUnit.SECONDS);
            Sender tokens = connection.openSender("$cbs");
            assertEquals(401, put(tokens, answers, token(-1_000)));
            assertThrows(ClientException.class, () -> send(connection, "orders"));
            assertEquals(202, put(tokens, answers, token(600_000)));
            send(connection, "orders");
            assertThrows(ClientException.class, () -> send(connection, "bills"));
        }
    }

    private static ConnectionOptions withoutCredentials() {
        ConnectionOptions options = new ConnectionOptions();
        options.saslOptions().addAllowedMechanism("ANONYMOUS");
        return options;
    }

    private static void send(org.apache.qpid.protonj2.client.Connection connection, String queue) throws Exception {
        try (Sender sender = connection.openSender(queue)) {
            assertTrue(sender.send(Message.create("x"))
                    .awaitSettlement(60, TimeUnit.SECONDS)
                    .remoteState()
                    .isAccepted());
        }
    }

    private static Object put(Sender tokens, Receiver answers, String token) throws Exception {
        tokens.send(Message.create(token)
                .messageId("put")
                .property("operation", "put-token")
                .property("type", "jwt")
                .property("name", "amqp://sluice/"));
        return answers.receive(60, TimeUnit.SECONDS).message().property("status-code");
    }

    private static FrameClient bearer(BrokerProcess broker, String message) throws IOException {
        FrameClient client = FrameClient.beginningSasl(new Socket(InetAddress.getLoopbackAddress(), broker.port()));
        assertTrue(Arrays.asList(client.next(SaslMechanisms.class).getSaslServerMechanisms())
                .contains(Symbol.valueOf("OAUTHBEARER")));
        SaslInit init = new SaslInit();
        init.setMechanism(Symbol.valueOf("OAUTHBEARER"));
        init.setInitialResponse(new Binary(message.replace('^', '\u0001').getBytes(StandardCharsets.UTF_8)));
        client.sendSasl(init);
        return client;
    }

    @Test
    void oauthbearer_as_its_rfc_has_it() throws Exception {
        try (BrokerProcess broker = broker()) {
            try (FrameClient good = bearer(broker, "n,a=anna,^host=localhost^auth=Bearer " + token(3_000) + "^^")) {
                assertEquals(
                        0, good.next(SaslOutcome.class).getCode().getValue().intValue());
                good.open(UUID.randomUUID().toString());
                Close close = good.next(Close.class);
                assertEquals(
                        Symbol.valueOf("amqp:unauthorized-access"),
                        close.getError().getCondition());
            }
            try (FrameClient bad = bearer(broker, "n,,^auth=Bearer " + token(-1_000) + "^^")) {
                Binary problem = bad.next(SaslChallenge.class).getChallenge();
                assertEquals("{\"status\":\"invalid_token\"}", new String(problem.getArray(), StandardCharsets.UTF_8));
                SaslResponse response = new SaslResponse();
                response.setResponse(new Binary(new byte[] {1}));
                bad.sendSasl(response);
                assertEquals(1, bad.next(SaslOutcome.class).getCode().getValue().intValue());
            }
        }
    }

    @Test
    void without_scopes_a_token_gives_what_its_user_may_as_long_as_it_is_one() throws Exception {
        Path file = Files.writeString(folder.resolve("sluice.yaml"), """
                listen: {port: 0}
                security:
                  users: []
                  tokens:
                """ + issuer.settings(folder));
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("data"), "--config", file.toString())) {
            Operator operator = Operator.of(broker);
            operator.ok("queue", "create", "orders");
            operator.ok("user", "add", "anna", "--without-password", "--receive", "orders");
            try (FrameClient anna = bearer(broker, "n,,^auth=Bearer " + token(600_000) + "^^")) {
                assertEquals(
                        0, anna.next(SaslOutcome.class).getCode().getValue().intValue());
                anna.open("anna's");
                anna.receiver(0, "orders", 1);
                operator.ok("user", "remove", "anna");
                Detach detach = anna.next(Detach.class);
                assertEquals(
                        "user 'anna' may not receive from 'orders'",
                        detach.getError().getDescription());
            }
        }
    }

    @Test
    void keys_that_cannot_be_read_end_the_start() throws Exception {
        Path file = Files.writeString(folder.resolve("sluice.yaml"), """
                listen: {port: 0}
                security: {tokens: {jwt: {keysFile: nowhere.json, issuer: a, audience: b}}}
                """);
        Operator.Ended ended = Operator.byProcesses()
                .run(
                        "serve",
                        "--config",
                        file.toString(),
                        "--data",
                        folder.resolve("data").toString());
        assertEquals(10, ended.exitCode(), ended.toString());
        assertTrue(
                ended.toString().contains("Tokens cannot be taken: nowhere.json: there is no such file"),
                ended.toString());
    }

    @Test
    void scram_sha_1_is_there_where_it_is_asked_for() throws Exception {
        Operator operator = Operator.byProcesses();
        String hash =
                operator.okTyping("secret\n", "user", "hash", "--scram-sha-1").strip();
        for (boolean asked : new boolean[] {true, false}) {
            Path file = Files.writeString(folder.resolve("sluice.yaml"), """
                    listen: {port: 0}
                    security: {scramSha1: %s, users: [{name: anna, password: "%s"}]}
                    """.formatted(asked, hash));
            try (BrokerProcess broker =
                    BrokerProcess.start(folder.resolve("data-" + asked), "--config", file.toString())) {
                if (asked) {
                    connect(broker, "SCRAM-SHA-1", "anna", "secret").close();
                    assertThrows(
                            JMSSecurityException.class,
                            () -> connect(broker, "SCRAM-SHA-1", "anna", "wrong")
                                    .close());
                } else {
                    assertThrows(
                            JMSException.class,
                            () -> connect(broker, "SCRAM-SHA-1", "anna", "secret")
                                    .close());
                }
                connect(broker, "SCRAM-SHA-256", "anna", "secret").close();
            }
        }
    }
}
