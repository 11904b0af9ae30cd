package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
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
import java.util.Date;
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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program with JSON Web Tokens, and clients that log in by them; and one that knows SCRAM-SHA-1 only. */
@Timeout(300)
final class TokenLoginTest {
    private static RSAKey key;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeKey() throws Exception {
        key = new RSAKeyGenerator(2048).keyID("k1").generate();
    }

    private BrokerProcess broker() throws IOException, InterruptedException {
        Path keys = Files.writeString(folder.resolve("keys.json"), new JWKSet(key).toString(true));
        Path file = Files.writeString(folder.resolve("sluice.yaml"), """
                listen: {port: 0}
                security:
                  anonymous: never
                  users: []
                  tokens:
                    jwt:
                      keysFile: "%s"
                      issuer: https://issuer.example
                      audience: sluice
                      userClaim: name
                      clockSkewSeconds: 0
                      scopes:
                        - {name: orders, permissions: {send: ["orders"], create: ["orders"]}}
                """.formatted(keys));
        return BrokerProcess.start(folder.resolve("data"), "--config", file.toString());
    }

    private static String token(long forMillis) throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1").build(),
                new JWTClaimsSet.Builder()
                        .issuer("https://issuer.example")
                        .audience("sluice")
                        .subject("4711")
                        .claim("name", "anna")
                        .claim("scope", "openid orders")
                        .expirationTime(new Date(System.currentTimeMillis() + forMillis))
                        .build());
        token.sign(new RSASSASigner(key));
        return token.serialize();
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
