package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A message that is sent again after kill -9, when the journal that held the first one has been used again. */
final class DeduplicationRestartTest {
    private static final int MAX_FILLERS = 2_000;

    @TempDir
    Path folder;

    private static void send(Connection connection, String queue, Message<?> message) throws Exception {
        try (Sender sender = connection.openSender(queue)) {
            assertTrue(sender.send(message.durable(true))
                    .awaitSettlement(60, TimeUnit.SECONDS)
                    .remoteState()
                    .isAccepted());
        }
    }

    @Test
    void a_copy_is_known_although_the_journal_was_used_again() throws Exception {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), """
                amqp:
                  maxMessageSizeBytes: 262144
                queues:
                  declared:
                    - name: once
                      deduplicate: true
                storage:
                  segmentBytes: 1048576
                  journalBudgetBytes: 2097152
                  journalMaxBytes: 8388608
                """);
        Path data = folder.resolve("data");
        try (Client client = Client.create()) {
            try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString())) {
                Connection connection = client.connect("127.0.0.1", broker.port());
                send(connection, "once", Message.create("first").messageId("1"));
                Set<Long> written = segments(data);
                try (Receiver receiver = connection.openReceiver("once")) {
                    assertEquals(
                            "first",
                            receiver.receive(60, TimeUnit.SECONDS).message().body());
                }
                fill(connection, data, written);
                broker.kill();
            }
            try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString());
                    Connection connection = client.connect("127.0.0.1", broker.port())) {
                send(connection, "once", Message.create("copy").messageId("1"));
                send(connection, "once", Message.create("second").messageId("2"));
                try (Receiver receiver = connection.openReceiver("once", new ReceiverOptions().creditWindow(0))) {
                    receiver.addCredit(5);
                    assertEquals(
                            "second",
                            receiver.receive(60, TimeUnit.SECONDS).message().body());
                    receiver.drain().get(60, TimeUnit.SECONDS);
                    assertNull(receiver.tryReceive());
                }
                assertEquals(0, broker.stop());
            }
        }
    }

    /** Cycles messages until no segment of the journal is left that was there before. */
    private static void fill(Connection connection, Path data, Set<Long> before) throws Exception {
        byte[] body = new byte[60_000];
        try (Sender sender = connection.openSender("filler");
                Receiver receiver = connection.openReceiver("filler")) {
            for (int i = 0; segments(data).stream().anyMatch(before::contains); i++) {
                assertTrue(i < MAX_FILLERS, () -> "the journal was never used again: " + before);
                sender.send(Message.create(body).durable(true)).awaitSettlement(60, TimeUnit.SECONDS);
                receiver.receive(60, TimeUnit.SECONDS);
            }
        }
    }

    /** Numbers of the segments there are; a file gets another number when it is used again. */
    private static Set<Long> segments(Path data) throws IOException {
        Set<Long> numbers = new HashSet<>();
        try (Stream<Path> files = Files.list(data.resolve("journal"))) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".seg")).toList()) {
                try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
                    boolean used = in.readInt() == ('S' << 24 | 'L' << 16 | 'J' << 8 | '1');
                    in.skipNBytes(2 + 2 + 16);
                    if (used) {
                        numbers.add(in.readLong());
                    }
                }
            }
        }
        return numbers;
    }
}
