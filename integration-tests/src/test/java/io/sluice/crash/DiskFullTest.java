package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.BrokerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.SenderOptions;
import org.apache.qpid.protonj2.client.Tracker;
import org.apache.qpid.protonj2.client.exceptions.ClientSendTimedOutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that fills up under a real broker: producers stop before it is full, consumers drain the queue, producers go on, all without
 * a restart, and nothing accepted is lost. The disk is a small file system in memory, which only root can mount: skipped elsewhere.
 */
@Timeout(300)
final class DiskFullTest {
    private static final int DISK_MEGABYTES = 320;
    private static final int MIN_FREE_MEGABYTES = 80;
    private static final int BODY_BYTES = 16_000;
    private static final String QUEUE = "disk.full";
    private static final long WAIT_SECONDS = 60;

    @TempDir
    Path folder;

    private SmallDisk disk;

    private final Set<String> accepted = new HashSet<>();
    private final Set<String> received = new HashSet<>();
    private final ArrayDeque<UnderWay> underWay = new ArrayDeque<>();
    private int sent;

    private record UnderWay(String id, Tracker tracker) {}

    @BeforeEach
    void mount() throws Exception {
        disk = SmallDisk.mount(folder.resolve("disk"), DISK_MEGABYTES);
    }

    @AfterEach
    void unmount() throws Exception {
        if (disk != null) {
            disk.close();
        }
    }

    private String configuration() throws IOException {
        return Files.writeString(folder.resolve("sluice.yaml"), """
                        amqp: {maxMessageSizeBytes: 65536, linkCreditMessages: 100}
                        storage:
                          segmentBytes: 1048576
                          journalBudgetBytes: 4194304
                          journalMaxBytes: 8388608
                          minFreeDiskBytes: %d
                        """.formatted(MIN_FREE_MEGABYTES << 20))
                .toString();
    }

    @Test
    void producers_stop_in_time_consumers_drain_and_all_goes_on() throws Exception {
        Path data = disk.folder().resolve("data");
        try (Client client = Client.create()) {
            try (BrokerProcess broker = BrokerProcess.start(data, "--config", configuration());
                    Connection connection = client.connect("127.0.0.1", broker.port())) {
                Sender sender = connection.openSender(QUEUE, new SenderOptions().sendTimeout(2_000));
                for (int round = 1; round <= 2; round++) {
                    sendUntilStopped(broker, sender, round);
                    assertTrue(disk.usableBytes() > 0, "full");
                    drain(connection);
                    awaitAnswers();
                    sendOnceThereIsRoom(sender);
                }
                assertEquals(0, broker.stop(), () -> String.join("\n", broker.errors()));
            }
            try (BrokerProcess broker = BrokerProcess.start(data, "--config", configuration());
                    Connection connection = client.connect("127.0.0.1", broker.port())) {
                drain(connection);
                assertEquals(0, broker.stop());
            }
        }
        accepted.removeAll(received);
        assertEquals(Set.of(), accepted, "accepted and lost");
    }

    /** A sender without credit may as well be on a machine that is busy: it is stopped when the broker says that it is. */
    private void sendUntilStopped(BrokerProcess broker, Sender sender, int round) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        for (boolean stopped = false; !stopped; ) {
            assertTrue(sent * (long) BODY_BYTES < 4L * DISK_MEGABYTES << 20, "more was taken than the disk can hold");
            try {
                send(sender);
                deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
            } catch (ClientSendTimedOutException noCredit) {
                stopped = timesStopped(broker) >= round;
                assertTrue(stopped || System.nanoTime() < deadline, "no credit, and no word of why");
            }
        }
    }

    private static long timesStopped(BrokerProcess broker) {
        return broker.errors().stream()
                .filter(line -> line.contains("Producers wait"))
                .count();
    }

    private void sendOnceThereIsRoom(Sender sender) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        for (boolean gone = false; !gone; ) {
            try {
                send(sender);
                gone = true;
            } catch (ClientSendTimedOutException noCredit) {
                assertTrue(System.nanoTime() < deadline, "producers wait although the queue is empty");
            }
        }
        awaitAnswers();
    }

    private void send(Sender sender) throws Exception {
        String id = String.valueOf(sent++);
        Message<String> message = Message.create(id + " " + "x".repeat(BODY_BYTES));
        underWay.add(new UnderWay(id, sender.send(message.durable(true))));
        while (!underWay.isEmpty() && underWay.peek().tracker.remoteSettled()) {
            answered(underWay.remove());
        }
    }

    private void answered(UnderWay oldest) throws Exception {
        assertTrue(oldest.tracker
                .awaitSettlement(WAIT_SECONDS, TimeUnit.SECONDS)
                .remoteState()
                .isAccepted());
        accepted.add(oldest.id);
    }

    /** What was sent while there was no room is answered once there is. */
    private void awaitAnswers() throws Exception {
        while (!underWay.isEmpty()) {
            answered(underWay.remove());
        }
    }

    /** Takes all that is there. */
    private void drain(Connection connection) throws Exception {
        try (Receiver receiver = connection.openReceiver(
                QUEUE, new ReceiverOptions().autoAccept(true).creditWindow(0))) {
            boolean more = true;
            while (more) {
                receiver.addCredit(100);
                receiver.drain().get(WAIT_SECONDS, TimeUnit.SECONDS);
                Delivery delivery = receiver.tryReceive();
                more = delivery != null;
                for (; delivery != null; delivery = receiver.tryReceive()) {
                    String body = (String) delivery.message().body();
                    String id = body.substring(0, body.indexOf(' '));
                    assertTrue(received.add(id), () -> "twice: " + id);
                }
            }
        }
    }
}
