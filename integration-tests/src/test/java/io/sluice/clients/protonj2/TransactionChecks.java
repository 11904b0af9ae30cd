package io.sluice.clients.protonj2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import io.sluice.clients.Scene;
import java.util.List;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Session;

/** Local transactions. */
final class TransactionChecks {
    private TransactionChecks() {}

    static void addTo(ClientSuite suite) {
        suite.can(Feature.COMMIT, TransactionChecks::commit).can(Feature.ROLLBACK, TransactionChecks::rollback);
    }

    private static void commit(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Peer other = Peer.of(scene)) {
            other.send(scene.address(), "x", "y");
            Receiver one = other.receiver(scene.address("one"));
            Receiver two = other.receiver(scene.address("two"));
            Session session = peer.connection().openSession();
            Receiver receiver = Peer.opened(session.openReceiver(scene.address(), Peer.oneByOne()));
            session.beginTransaction();
            session.openSender(scene.address("one")).send(Message.create("sent").durable(true));
            session.openSender(scene.address("two")).send(Message.create("sent").durable(true));
            assertEquals(List.of("x", "y"), Peer.bodies(receiver, 2));
            assertTrue(Peer.empty(one) && Peer.empty(two), "seen before the commit");
            session.commitTransaction();
            assertEquals("sent", Peer.body(one));
            assertEquals("sent", Peer.body(two));
            session.close();
            assertTrue(Peer.empty(other.receiver(scene.address())));
        }
    }

    private static void rollback(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Peer other = Peer.of(scene)) {
            other.send(scene.address(), "x", "y", "z");
            Session session = peer.connection().openSession();
            Receiver receiver = Peer.opened(session.openReceiver(scene.address(), Peer.oneByOne()));
            session.beginTransaction();
            session.openSender(scene.address("one"))
                    .send(Message.create("never sent").durable(true));
            assertEquals(List.of("x", "y"), Peer.bodies(receiver, 2));
            session.rollbackTransaction();
            session.close();
            assertEquals(List.of("x", "y", "z"), Peer.bodies(other.receiver(scene.address()), 3));
            assertTrue(Peer.empty(other.receiver(scene.address("one"))));
        }
    }
}
