package io.sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.server.config.Configuration;
import io.sluice.server.config.ConfigurationFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.exceptions.ClientConnectionRemotelyClosedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The parts put together: a broker in this process, on real files and a real port. */
@Timeout(120)
class SluiceServerTest {
    /** A thread that was told to end may still run its last lines. */
    private static final long LAST_LINES_MILLIS = 20_000;

    @TempDir
    private Path folder;

    @Test
    void keepsWhatItAcceptedOverAStop() throws Exception {
        SluiceServer first = start("");
        try (Client client = Client.create();
                Connection connection = connect(client, first)) {
            Sender sender = connection.openSender("orders");
            for (String body : List.of("one", "two", "three")) {
                sender.send(Message.create(body).durable(true)).awaitAccepted(20, TimeUnit.SECONDS);
            }
        } finally {
            first.stop(true);
        }
        SluiceServer second = start("");
        try (Client client = Client.create();
                Connection connection = connect(client, second)) {
            Receiver receiver = connection.openReceiver("orders");
            for (String body : List.of("one", "two", "three")) {
                Delivery delivery = receiver.receive(20, TimeUnit.SECONDS);
                assertEquals(body, delivery.message().body());
            }
        } finally {
            second.stop(true);
        }
    }

    @Test
    void tellsItsClientsThatItStops() throws Exception {
        SluiceServer server = start("");
        try (Client client = Client.create();
                Connection connection = connect(client, server)) {
            Sender sender = connection.openSender("orders");
            sender.send(Message.create("x")).awaitAccepted(20, TimeUnit.SECONDS);
            server.stop(true);
            ClientConnectionRemotelyClosedException closed = assertThrows(
                    ClientConnectionRemotelyClosedException.class,
                    () -> sender.send(Message.create("y")).awaitAccepted(20, TimeUnit.SECONDS));
            assertEquals("amqp:connection:forced", closed.getErrorCondition().condition());
        }
    }

    @Test
    void declaresItsQueues() throws Exception {
        SluiceServer server = start("queues: {autoCreate: [], declared: [{name: orders, kind: fifo}]}\n");
        try (Client client = Client.create();
                Connection connection = connect(client, server)) {
            connection.openSender("orders").send(Message.create("x")).awaitAccepted(20, TimeUnit.SECONDS);
            assertThrows(
                    Exception.class,
                    () -> connection.openSender("others").openFuture().get(20, TimeUnit.SECONDS));
        } finally {
            server.stop(false);
        }
    }

    @Test
    void aDataFolderInUseIsLeftAlone() throws Exception {
        SluiceServer server = start("");
        try {
            StartFailure failure = assertThrows(StartFailure.class, () -> start(""));
            assertEquals(ExitCode.DATA_FOLDER, failure.exitCode());
            assertTrue(failure.getMessage().contains(server.dataFolder().toString()), failure.getMessage());
        } finally {
            server.stop(true);
        }
        start("").stop(true);
    }

    @Test
    void aPortInUseIsNamedAndTheDataFolderIsFreeAgain() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            StartFailure failure =
                    assertThrows(StartFailure.class, () -> start("listen: {port: " + taken.getLocalPort() + "}\n"));
            assertEquals(ExitCode.LISTEN, failure.exitCode());
            assertTrue(
                    failure.getMessage().startsWith("Cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": "),
                    failure.getMessage());
        }
        start("").stop(true);
    }

    /** In a thread group of its own: what other tests of this process leave behind is not counted. */
    @Test
    void leavesNoThreadBehind() throws Exception {
        ThreadGroup group = new ThreadGroup("server");
        FutureTask<Void> life = new FutureTask<>(() -> {
            start("").stop(true);
            return null;
        });
        new Thread(group, life, "starts and stops").start();
        life.get();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getThreadGroup() == group) {
                thread.join(LAST_LINES_MILLIS);
                assertFalse(thread.isAlive(), thread.getName());
            }
        }
    }

    @Test
    void aDamagedStoreIsRefusedByName() throws Exception {
        start("").stop(true);
        Path store = folder.resolve("data/store.db");
        byte[] damaged = Files.readAllBytes(store);
        for (int i = 0; i < damaged.length; i += 100) {
            damaged[i] ^= 1;
        }
        Files.write(store, damaged);
        StartFailure failure = assertThrows(StartFailure.class, () -> start(""));
        assertEquals(ExitCode.DATA_FOLDER, failure.exitCode());
        assertTrue(failure.getMessage().contains(folder.toString()), failure.getMessage());
    }

    private SluiceServer start(String more) throws Exception {
        String listen = more.contains("listen") ? "" : "listen: {port: 0}\n";
        Path file = Files.writeString(folder.resolve("sluice.yaml"), listen + more + """
                        amqp: {maxMessageSizeBytes: 65536}
                        storage: {segmentBytes: 1048576, journalBudgetBytes: 4194304, journalMaxBytes: 16777216}
                        """);
        Configuration configuration = ConfigurationFile.read(file).withDataDir(folder.resolve("data"));
        return SluiceServer.start(configuration, failure -> {});
    }

    private static Connection connect(Client client, SluiceServer server) throws Exception {
        String[] address = server.listensOn().split(":");
        return client.connect(address[0], Integer.parseInt(address[1]));
    }
}
