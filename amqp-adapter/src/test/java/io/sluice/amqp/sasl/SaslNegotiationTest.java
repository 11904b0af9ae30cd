package io.sluice.amqp.sasl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.Principal;
import io.sluice.broker.security.StoredPassword;
import io.sluice.broker.security.User;
import io.sluice.broker.security.Users;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Sasl;
import org.apache.qpid.proton.engine.SaslListener;
import org.apache.qpid.proton.engine.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** AMQP 1.0 §5.3, between two proton-j engines without a network. */
class SaslNegotiationTest {
    private static final String SASL_HEADER = "414d515003010000";
    private static final String AMQP_HEADER = "414d515000010000";
    private static final String OPEN = "0000001402000000005310c00702a10161a10162";

    private final Connection connection = Proton.connection();
    private final Transport server = Proton.transport();

    /** Anna's password is "secret"; peers on this machine may be anonymous. */
    private static final Authenticator AUTHENTICATOR = new Authenticator() {
        @Override
        public boolean anonymousAllowed(boolean loopback) {
            return loopback;
        }

        @Override
        public Optional<Principal> authenticate(String user, String password, boolean loopback) {
            return user.equals("anna") && password.equals("secret")
                    ? Optional.of(new Principal(user))
                    : Optional.empty();
        }
    };

    private SaslNegotiation negotiation(boolean loopback) {
        return started(new SaslNegotiation(AUTHENTICATOR, LoginHosts.NONE, PeerSecurity.plain(loopback), () -> 0));
    }

    private SaslNegotiation started(SaslNegotiation negotiation) {
        negotiation.start(server.sasl());
        server.bind(connection);
        return negotiation;
    }

    @Test
    void anonymousIsOfferedOnlyWhereItIsAllowed() {
        assertArrayEquals(
                new String[] {"PLAIN", "ANONYMOUS"},
                new SaslNegotiation(AUTHENTICATOR, LoginHosts.NONE, PeerSecurity.plain(true), () -> 0).mechanisms());
        assertArrayEquals(
                new String[] {"PLAIN"},
                new SaslNegotiation(AUTHENTICATOR, LoginHosts.NONE, PeerSecurity.plain(false), () -> 0).mechanisms());
    }

    @Test
    void theStrongestIsOfferedFirst() {
        Users users = new Users(
                Map.of("anna", User.of("anna", StoredPassword.create("secret", 4096, new SecureRandom()), false)),
                new Users.Policy(Users.Anonymous.LOOPBACK, Users.Plain.PROTECTED),
                new SecureRandom());
        assertArrayEquals(
                new String[] {"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN", "ANONYMOUS"},
                new SaslNegotiation(users, LoginHosts.NONE, PeerSecurity.plain(true), () -> 0).mechanisms());
        assertArrayEquals(
                new String[] {"SCRAM-SHA-512", "SCRAM-SHA-256"},
                new SaslNegotiation(users, LoginHosts.NONE, PeerSecurity.plain(false), () -> 0).mechanisms());
        PeerSecurity certified = new PeerSecurity(false, true, Optional.of("bert"), Optional.empty());
        assertArrayEquals(
                new String[] {"EXTERNAL", "SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"},
                new SaslNegotiation(users, LoginHosts.NONE, certified, () -> 0).mechanisms());
    }

    /** Who the peer is by its certificate, and nobody else. */
    @ParameterizedTest
    @CsvSource({"'',OK", "bert,OK", "anna,AUTH", "Bert,AUTH"})
    void external(String authorizeAs, String outcome) {
        SaslNegotiation negotiation = started(new SaslNegotiation(
                AUTHENTICATOR,
                LoginHosts.NONE,
                new PeerSecurity(false, true, Optional.of("bert"), Optional.empty()),
                () -> 0));
        Transport client = client("EXTERNAL", authorizeAs.getBytes(StandardCharsets.UTF_8));
        pump(client, server);
        pump(server, client);
        assertEquals("PN_SASL_" + outcome, client.sasl().getOutcome().name());
        assertEquals(
                outcome.equals("OK") ? Optional.of(new Principal("bert")) : Optional.empty(), negotiation.principal());
    }

    @Test
    void externalWithoutInitialResponseIsAskedForIt() {
        SaslNegotiation negotiation = started(new SaslNegotiation(
                AUTHENTICATOR,
                LoginHosts.NONE,
                new PeerSecurity(false, true, Optional.of("bert"), Optional.empty()),
                () -> 0));
        Transport client = client("EXTERNAL", null);
        client.sasl().setListener(new Responder(""));
        pump(client, server);
        pump(server, client);
        pump(client, server);
        assertEquals(Optional.of(new Principal("bert")), negotiation.principal());
    }

    /** The client sends everything in one go and reads afterwards, as pipelining clients do (§5.3.2). */
    @ParameterizedTest
    @CsvSource({
        "true,  PLAIN,     00616e6e6100736563726574,         OK,   anna",
        "false, PLAIN,     00616e6e6100736563726574,         OK,   anna",
        "true,  PLAIN,     616e6e6100616e6e6100736563726574, OK,   anna",
        "true,  ANONYMOUS, 61,                               OK,   anonymous",
        "false, ANONYMOUS, 61,                               AUTH,",
        "true,  PLAIN,     00616e6e6100536563726574,         AUTH,",
        "true,  PLAIN,     0062657274 00736563726574,        AUTH,",
        "true,  PLAIN,     726f6f7400616e6e6100736563726574, AUTH,",
        "true,  PLAIN,     616e6e61,                         AUTH,",
        "true,  PLAIN,     00616e6e61,                       AUTH,",
        "true,  PLAIN,     00616e6e610073656372657400,       AUTH,",
        "true,  PLAIN,     0000736563726574,                 AUTH,",
        "true,  PLAIN,     00ff00736563726574,               AUTH,",
        "true,  EXTERNAL,  61,                               AUTH,",
        "true,  plain,     00616e6e6100736563726574,         AUTH,"
    })
    void outcomes(boolean loopback, String mechanism, String response, String outcome, String name) {
        SaslNegotiation negotiation = negotiation(loopback);
        Transport client = client(mechanism, bytes(response));
        Connection clientConnection = Proton.connection();
        clientConnection.open();
        client.bind(clientConnection);

        pump(client, server);
        pump(server, client);

        assertEquals("PN_SASL_" + outcome, client.sasl().getOutcome().name());
        assertEquals(Optional.ofNullable(name).map(Principal::new), negotiation.principal());
        assertEquals(outcome.equals("AUTH"), negotiation.failed());
    }

    @Test
    void aPipelinedOpenIsReadBehindTheOutcome() {
        SaslNegotiation negotiation = negotiation(true);
        feed(SASL_HEADER + init("ANONYMOUS", "") + AMQP_HEADER + OPEN);
        assertEquals(Optional.of(Principal.ANONYMOUS), negotiation.principal());
        assertEquals(EndpointState.ACTIVE, connection.getRemoteState());
    }

    @Test
    void aBareHeaderIsServedWhereAnonymousIsAllowed() {
        SaslNegotiation negotiation = negotiation(true);
        feed(AMQP_HEADER + OPEN);
        assertEquals(Optional.of(Principal.ANONYMOUS), negotiation.principal());
        assertEquals(EndpointState.ACTIVE, connection.getRemoteState());
    }

    @Test
    void aBareHeaderIsCutOffWhereItIsNot() {
        SaslNegotiation negotiation = negotiation(false);
        assertThrows(RuntimeException.class, () -> feed(AMQP_HEADER));
        assertTrue(negotiation.principal().isEmpty());
        assertEquals(EndpointState.UNINITIALIZED, connection.getRemoteState());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000001902010000005340c00c01a309414e4f4e594d4f5553", // mechanisms
                "0000001002010000005342c00301a000", // challenge
                "0000001002010000005344c003015000", // outcome
                "0000000802010000", // empty
                "00000010020000000053450000000000", // a frame of AMQP itself
            })
    void framesThatAreNotAClientsToSendCutItOff(String frame) {
        SaslNegotiation negotiation = negotiation(false);
        assertThrows(RuntimeException.class, () -> feed(SASL_HEADER + frame));
        assertTrue(negotiation.principal().isEmpty());
    }

    @Test
    void aClientWithoutInitialResponseIsAskedForIt() {
        SaslNegotiation negotiation = negotiation(false);
        Transport client = client("PLAIN", null);
        client.sasl().setListener(new Responder("\0anna\0secret"));
        pump(client, server);
        assertTrue(negotiation.principal().isEmpty());
        assertFalse(negotiation.failed());
        pump(server, client);
        pump(client, server);
        assertEquals(Optional.of(new Principal("anna")), negotiation.principal());
    }

    @Test
    void aSecondInitIsRefused() {
        SaslNegotiation negotiation = negotiation(false);
        feed(SASL_HEADER + init("PLAIN", null));
        assertFalse(negotiation.failed());
        feed(init("PLAIN", "\0anna\0secret"));
        assertTrue(negotiation.failed());
        assertTrue(negotiation.principal().isEmpty());
    }

    /** A mechanism that never ends is ended, and one that is added says its last word in the outcome. */
    @Test
    void mechanismsOfManyRounds() {
        SaslNegotiation endless = started(new SaslNegotiation(
                List.of(new Counting(Integer.MAX_VALUE)), false, new HostLogin(AUTHENTICATOR, LoginHosts.NONE)));
        Transport client = client("COUNTING", new byte[0]);
        client.sasl().setListener(new Responder("more"));
        for (int i = 0; i < 20; i++) {
            pump(client, server);
            pump(server, client);
        }
        assertTrue(endless.failed());
        assertEquals(Sasl.SaslOutcome.PN_SASL_AUTH, client.sasl().getOutcome());
    }

    @Test
    void anAddedMechanismSaysItsLastWordInTheOutcome() {
        SaslNegotiation three = started(
                new SaslNegotiation(List.of(new Counting(3)), false, new HostLogin(AUTHENTICATOR, LoginHosts.NONE)));
        Transport client = client("COUNTING", new byte[0]);
        client.sasl().setListener(new Responder("more"));
        for (int i = 0; i < 4; i++) {
            pump(client, server);
            pump(server, client);
        }
        assertEquals(Optional.of(new Principal("counted")), three.principal());
        byte[] last = new byte[client.sasl().pending()];
        client.sasl().recv(last, 0, last.length);
        assertEquals("done", new String(last, StandardCharsets.US_ASCII));
    }

    private static final class Counting implements SaslMechanism {
        private final int rounds;

        Counting(int rounds) {
            this.rounds = rounds;
        }

        @Override
        public String name() {
            return "COUNTING";
        }

        @Override
        public Exchange begin() {
            int[] left = {rounds};
            return response -> left[0]-- > 0
                    ? new Challenge("more?".getBytes(StandardCharsets.US_ASCII))
                    : new Accepted(new Principal("counted"), "done".getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** A client that answers every challenge the same. */
    private record Responder(String answer) implements SaslListener {
        @Override
        public void onSaslChallenge(Sasl sasl, Transport transport) {
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            sasl.send(bytes, 0, bytes.length);
        }

        @Override
        public void onSaslMechanisms(Sasl sasl, Transport transport) {}

        @Override
        public void onSaslInit(Sasl sasl, Transport transport) {}

        @Override
        public void onSaslResponse(Sasl sasl, Transport transport) {}

        @Override
        public void onSaslOutcome(Sasl sasl, Transport transport) {}
    }

    private static Transport client(String mechanism, byte[] initialResponse) {
        Transport client = Proton.transport();
        client.sasl().client();
        client.sasl().setMechanisms(mechanism);
        if (initialResponse != null) {
            client.sasl().send(initialResponse, 0, initialResponse.length);
        }
        return client;
    }

    private static void pump(Transport from, Transport to) {
        for (int pending = from.pending(); pending > 0; pending = from.pending()) {
            ByteBuffer head = from.head();
            int length = Math.min(head.remaining(), to.capacity());
            byte[] bytes = new byte[length];
            head.get(bytes);
            to.tail().put(bytes);
            from.pop(length);
            to.process();
        }
    }

    private void feed(String hex) {
        ByteBuffer bytes = ByteBuffer.wrap(bytes(hex));
        while (bytes.hasRemaining()) {
            byte[] chunk = new byte[Math.min(bytes.remaining(), server.capacity())];
            bytes.get(chunk);
            server.tail().put(chunk);
            server.process();
        }
    }

    private static String init(String mechanism, String response) {
        byte[] name = mechanism.getBytes(StandardCharsets.US_ASCII);
        HexFormat hex = HexFormat.of();
        String fields = "a3" + hex.toHexDigits((byte) name.length) + hex.formatHex(name);
        if (response != null) {
            byte[] content = response.getBytes(StandardCharsets.UTF_8);
            fields += "a0" + hex.toHexDigits((byte) content.length) + hex.formatHex(content);
        }
        int length = fields.length() / 2;
        String body = "005341c0" + hex.toHexDigits((byte) (length + 1)) + (response == null ? "01" : "02") + fields;
        return hex.toHexDigits(8 + body.length() / 2) + "02010000" + body;
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
