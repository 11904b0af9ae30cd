package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program with claims based security on, and a client that puts shared access signatures to {@code $cbs}. */
@Timeout(300)
final class ClaimsTest {
    private static final String KEY = "bWFkZSB1cCBmb3IgdGhpcyB0ZXN0";
    private static final Symbol UNAUTHORIZED = Symbol.valueOf("amqp:unauthorized-access");

    @TempDir
    private Path folder;

    private int sent;

    private BrokerProcess broker(int limitMillis) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("sluice.yaml"), """
                listen: {port: 0}
                security:
                  anonymous: never
                  users:
                    - {name: clerk, permissions: {send: ["orders", "bills"], create: ["orders", "bills"]}}
                  tokens:
                    cbs: true
                    cbsTimeoutMillis: %d
                    sasKeys:
                      - {name: SendKey, key: "%s", user: clerk}
                """.formatted(limitMillis, KEY));
        return BrokerProcess.start(folder.resolve("data"), "--config", file.toString());
    }

    private static FrameClient anonymous(BrokerProcess broker) throws IOException {
        FrameClient client = FrameClient.beginningSasl(new Socket(InetAddress.getLoopbackAddress(), broker.port()));
        List<Symbol> offered = Arrays.asList(client.next(SaslMechanisms.class).getSaslServerMechanisms());
        assertTrue(offered.contains(Symbol.valueOf("ANONYMOUS")), offered.toString());
        assertTrue(offered.contains(Symbol.valueOf("MSSBCBS")), offered.toString());
        SaslInit init = new SaslInit();
        init.setMechanism(Symbol.valueOf("ANONYMOUS"));
        client.sendSasl(init);
        assertEquals(0, client.next(SaslOutcome.class).getCode().getValue().intValue());
        client.open(UUID.randomUUID().toString());
        return client;
    }

    private static Attach attach(FrameClient client, int handle, Role role, String source, String target)
            throws IOException {
        Attach attach = new Attach();
        attach.setHandle(UnsignedInteger.valueOf(handle));
        attach.setName("link" + handle);
        attach.setRole(role);
        if (role == Role.SENDER) {
            attach.setInitialDeliveryCount(UnsignedInteger.ZERO);
        }
        Source from = new Source();
        from.setAddress(source);
        attach.setSource(from);
        Target to = new Target();
        to.setAddress(target);
        attach.setTarget(to);
        client.send(attach, new byte[0]);
        return client.next(Attach.class);
    }

    private void attachNode(FrameClient client) throws IOException {
        attach(client, 0, Role.SENDER, "me", "$cbs");
        attach(client, 1, Role.RECEIVER, "$cbs", "answers");
        Flow flow = new Flow();
        flow.setNextIncomingId(UnsignedInteger.ONE);
        flow.setIncomingWindow(UnsignedInteger.valueOf(1000));
        flow.setNextOutgoingId(UnsignedInteger.ZERO);
        flow.setOutgoingWindow(UnsignedInteger.valueOf(1000));
        flow.setHandle(UnsignedInteger.ONE);
        flow.setDeliveryCount(UnsignedInteger.ZERO);
        flow.setLinkCredit(UnsignedInteger.valueOf(100));
        client.send(flow, new byte[0]);
    }

    private Map<String, Object> put(FrameClient client, String entity, String token) throws IOException {
        org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
        message.setReplyTo("answers");
        message.setMessageId("request" + sent);
        message.setApplicationProperties(new ApplicationProperties(Map.of(
                "operation",
                "put-token",
                "type",
                "servicebus.windows.net:sastoken",
                "name",
                "amqp://sluice/" + entity)));
        message.setBody(new AmqpValue(token));
        byte[] encoded = new byte[4000];
        int length = message.encode(encoded, 0, encoded.length);
        Transfer transfer = new Transfer();
        transfer.setHandle(UnsignedInteger.ZERO);
        transfer.setDeliveryId(UnsignedInteger.valueOf(sent));
        transfer.setDeliveryTag(new org.apache.qpid.proton.amqp.Binary(new byte[] {(byte) sent++}));
        transfer.setSettled(true);
        client.send(transfer, Arrays.copyOf(encoded, length));
        client.next(Transfer.class);
        org.apache.qpid.proton.message.Message answer = org.apache.qpid.proton.message.Message.Factory.create();
        answer.decode(client.payload(), 0, client.payload().length);
        assertEquals(message.getMessageId(), answer.getCorrelationId());
        return answer.getApplicationProperties().getValue();
    }

    private static String token(String entity, String key, long forSeconds) throws Exception {
        String resource = URLEncoder.encode("sb://sluice/" + entity, StandardCharsets.UTF_8);
        long until = System.currentTimeMillis() / 1000 + forSeconds;
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        String signature = URLEncoder.encode(
                Base64.getEncoder()
                        .encodeToString(mac.doFinal((resource + "\n" + until).getBytes(StandardCharsets.UTF_8))),
                StandardCharsets.UTF_8);
        return "SharedAccessSignature sr=" + resource + "&sig=" + signature + "&se=" + until + "&skn=SendKey";
    }

    private static void refused(FrameClient client, int handle, Role role, String address) throws IOException {
        attach(client, handle, role, address, address);
        assertEquals(UNAUTHORIZED, client.next(Detach.class).getError().getCondition());
    }

    @Test
    void a_client_puts_tokens_and_may_do_what_they_say_until_they_are_over() throws Exception {
        try (BrokerProcess broker = broker(20_000);
                FrameClient client = anonymous(broker)) {
            refused(client, 5, Role.SENDER, "orders");
            attachNode(client);
            Map<String, Object> wrong = put(client, "orders", token("orders", "another", 60));
            assertEquals(401, wrong.get("status-code"), wrong.toString());
            assertEquals("the signature is not one of the key 'SendKey'", wrong.get("status-description"));
            assertEquals(202, put(client, "orders", token("orders", KEY, 600)).get("status-code"));
            assertEquals(
                    "orders",
                    ((Target) attach(client, 6, Role.SENDER, "me", "orders").getTarget()).getAddress());
            refused(client, 7, Role.SENDER, "bills");
            refused(client, 8, Role.RECEIVER, "orders");

            assertEquals(202, put(client, "bills", token("bills", KEY, 2)).get("status-code"));
            attach(client, 9, Role.SENDER, "me", "bills");
            Detach over = client.next(Detach.class);
            assertEquals(
                    "no token that the connection has put lets it send to 'bills'",
                    over.getError().getDescription());
            assertEquals(UNAUTHORIZED, over.getError().getCondition());
            assertEquals(202, put(client, "bills", token("bills", KEY, 600)).get("status-code"));
            attach(client, 10, Role.SENDER, "me", "bills");
        }
    }

    @Test
    void who_puts_none_is_closed() throws Exception {
        try (BrokerProcess broker = broker(300);
                FrameClient client = anonymous(broker)) {
            Close close = client.next(Close.class);
            assertEquals(UNAUTHORIZED, close.getError().getCondition());
            assertEquals(
                    "no token was put to $cbs within 300 ms", close.getError().getDescription());
        }
    }
}
