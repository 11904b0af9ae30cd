package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups, priorities and locks through the program, as its configuration and a client's links ask for them. */
final class WhoGetsMessagesTest {
    private static final Symbol ACTIVE = Symbol.valueOf("rabbitmq:active");

    @TempDir
    Path folder;

    private BrokerProcess start(String queues) throws Exception {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), "queues:\n  declared:\n" + queues);
        return BrokerProcess.start(folder.resolve("data"), "--config", config.toString());
    }

    private static ReceiverOptions options() {
        return new ReceiverOptions().creditWindow(0).autoAccept(false);
    }

    private static void send(Connection connection, String queue, Message<?>... messages) throws Exception {
        try (Sender sender = connection.openSender(queue)) {
            for (Message<?> message : messages) {
                assertTrue(sender.send(message.durable(true))
                        .awaitSettlement(60, TimeUnit.SECONDS)
                        .remoteState()
                        .isAccepted());
            }
        }
    }

    private static Message<?> grouped(String body) throws Exception {
        return Message.create(body).groupId(body.substring(0, 1));
    }

    private static Delivery next(Receiver receiver, String body) throws Exception {
        Delivery delivery = receiver.receive(60, TimeUnit.SECONDS);
        assertNotNull(delivery, "waited for " + body);
        assertEquals(body, delivery.message().body());
        return delivery;
    }

    private static void assertNothingMore(Receiver receiver) throws Exception {
        receiver.drain().get(60, TimeUnit.SECONDS);
        assertNull(receiver.tryReceive());
    }

    @Test
    void consumers_hear_which_of_them_is_the_active_one() throws Exception {
        try (BrokerProcess broker = start("    - {name: q, singleActiveConsumer: true}\n");
                FrameClient client = new FrameClient(broker.port(), "flows")) {
            client.receiver(0, "q", 10);
            assertEquals(Map.of(ACTIVE, true), client.next(Flow.class).getProperties());
            client.receiver(1, "q", 10);
            Flow standsBy = client.next(Flow.class);
            assertEquals(1, standsBy.getHandle().intValue());
            assertEquals(Map.of(ACTIVE, false), standsBy.getProperties());
            Detach detach = new Detach();
            detach.setHandle(UnsignedInteger.ZERO);
            detach.setClosed(true);
            client.send(detach, new byte[0]);
            assertEquals(Map.of(ACTIVE, true), client.next(Flow.class).getProperties());
        }
    }

    @Test
    void a_noisy_tenant_comes_behind_the_others() throws Exception {
        try (Client client = Client.create();
                BrokerProcess broker = start("    - {name: q, messageGroups: fair}\n");
                Connection connection = client.connect("127.0.0.1", broker.port())) {
            Message<?>[] messages = new Message<?>[41];
            for (int i = 0; i < 40; i++) {
                messages[i] = grouped("a" + i);
            }
            messages[40] = grouped("b0");
            send(connection, "q", messages);
            Receiver receiver = connection.openReceiver("q", options());
            receiver.addCredit(30);
            for (int i = 0; i < 30; i++) {
                next(receiver, "a" + i);
            }
            receiver.addCredit(2);
            next(receiver, "b0");
            next(receiver, "a30");
        }
    }

    @Test
    void groups_are_kept_in_order_over_kill_nine() throws Exception {
        String queue = "    - {name: q, messageGroups: while-unsettled}\n";
        try (Client client = Client.create()) {
            try (BrokerProcess broker = start(queue)) {
                Connection connection = client.connect("127.0.0.1", broker.port());
                send(connection, "q", grouped("a1"), grouped("a2"), grouped("b1"), grouped("a3"), grouped("b2"));
                Receiver receiver = connection.openReceiver("q", options());
                receiver.addCredit(2);
                next(receiver, "a1");
                broker.kill();
            }
            try (BrokerProcess broker = start(queue);
                    Connection connection = client.connect("127.0.0.1", broker.port());
                    Receiver one = connection.openReceiver("q", options());
                    Receiver other = connection.openReceiver("q", options())) {
                one.addCredit(1);
                Delivery first = next(one, "a1");
                other.addCredit(9);
                next(other, "b1");
                next(other, "b2");
                assertNothingMore(other);
                one.addCredit(9);
                next(one, "a2");
                next(one, "a3");
                first.release();
                next(one, "a1");
            }
        }
    }

    @Test
    void what_is_not_settled_in_time_goes_to_another_receiver() throws Exception {
        try (BrokerProcess broker = start("    - {name: q, lockMillis: 300}\n");
                Client client = Client.create();
                Connection connection = client.connect("127.0.0.1", broker.port());
                Receiver hanging = connection.openReceiver("q", options());
                Receiver patient =
                        connection.openReceiver("q", options().properties(Map.of("sluice:lock-millis", 600_000)))) {
            hanging.addCredit(1);
            send(connection, "q", Message.create("a"));
            Delivery lost = next(hanging, "a");
            patient.addCredit(1);
            Delivery again = next(patient, "a");
            assertEquals(1, again.message().deliveryCount());
            assertEquals(DeliveryState.Type.RELEASED, lost.remoteState().getType());
            assertTrue(lost.remoteSettled());
            lost.accept();
            send(connection, "q", Message.create("b"));
            patient.addCredit(1);
            next(patient, "b").accept();
            again.accept();

            try (Receiver rest = connection.openReceiver("q", options())) {
                rest.addCredit(9);
                assertNothingMore(rest);
            }
        }
    }

    @Test
    void one_receiver_gets_everything_and_a_higher_priority_comes_first() throws Exception {
        try (BrokerProcess broker = start("    - {name: single, singleActiveConsumer: true}\n    - {name: q}\n");
                Client client = Client.create();
                Connection connection = client.connect("127.0.0.1", broker.port())) {
            Receiver active = connection.openReceiver("single", options()).addCredit(1);
            // Links opened before their connection is are attached by this client in any order.
            active.openFuture().get(60, TimeUnit.SECONDS);
            Receiver standby = connection.openReceiver("single", options()).addCredit(9);
            send(connection, "single", Message.create("1"), Message.create("2"));
            next(active, "1").accept();
            assertNothingMore(standby);
            standby.addCredit(9);
            active.close();
            next(standby, "2");

            Receiver low = connection.openReceiver("q", options()).addCredit(9);
            Receiver high = connection
                    .openReceiver("q", options().properties(Map.of("priority", 7)))
                    .addCredit(2);
            send(connection, "q", Message.create("1"), Message.create("2"), Message.create("3"));
            next(high, "1");
            next(high, "2");
            next(low, "3");
        }
    }
}
