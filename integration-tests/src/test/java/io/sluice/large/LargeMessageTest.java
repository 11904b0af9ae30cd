package io.sluice.large;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.BrokerProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.OutputStreamOptions;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.StreamDelivery;
import org.apache.qpid.protonj2.client.StreamReceiver;
import org.apache.qpid.protonj2.client.StreamSender;
import org.apache.qpid.protonj2.client.StreamSenderMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Messages far larger than the broker's heap, through a real client and the started program. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class LargeMessageTest {
    private static final String SMALL_HEAP = "-Xmx64m";
    private static final int MIB = 1 << 20;
    private static final int LARGE_MIB = 150;

    @TempDir
    Path data;

    private BrokerProcess broker;
    private Client client;
    private Connection connection;

    @BeforeEach
    void start() throws Exception {
        broker = BrokerProcess.startWith(SMALL_HEAP, data);
        client = Client.create();
        connection = client.connect("127.0.0.1", broker.port());
    }

    @AfterEach
    void stop() {
        connection.close();
        client.close();
        broker.close();
    }

    /** The n-th block of a message: reproducible, and unlike every other. */
    static byte[] block(int number) {
        byte[] block = new byte[MIB];
        long x = number * 0x9E3779B97F4A7C15L + 1;
        for (int i = 0; i < block.length; i++) {
            x ^= x << 13;
            x ^= x >>> 7;
            x ^= x << 17;
            block[i] = (byte) x;
        }
        return block;
    }

    /** @return checksum of what was sent */
    private static long write(OutputStream out, int blocks) throws IOException {
        CRC32C crc = new CRC32C();
        for (int i = 0; i < blocks; i++) {
            byte[] block = block(i);
            crc.update(block);
            out.write(block);
        }
        return crc.getValue();
    }

    private long send(StreamSender sender, int blocks) throws Exception {
        StreamSenderMessage message = sender.beginMessage();
        message.durable(true);
        message.property("blocks", blocks);
        long crc;
        try (OutputStream out = message.body(new OutputStreamOptions().bodyLength(blocks * MIB))) {
            crc = write(out, blocks);
        }
        assertTrue(message.tracker()
                .awaitSettlement(60, TimeUnit.SECONDS)
                .remoteState()
                .isAccepted());
        return crc;
    }

    static String receive(StreamReceiver receiver) throws Exception {
        StreamDelivery delivery = receiver.receive(60, TimeUnit.SECONDS);
        CRC32C crc = new CRC32C();
        long bytes = 0;
        byte[] buffer = new byte[65_536];
        try (InputStream in = delivery.message().body()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                crc.update(buffer, 0, read);
                bytes += read;
            }
        }
        delivery.accept();
        return bytes + " bytes, " + crc.getValue();
    }

    private List<Path> bodies() throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("large"))) {
            return files.toList();
        }
    }

    /** The broker removes a file a moment after the settlement that is the reason for it. */
    private void awaitNoBodies() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!bodies().isEmpty()) {
            assertTrue(System.nanoTime() < end, "left behind: " + bodies());
            Thread.sleep(20);
        }
    }

    private void restart() throws Exception {
        connection.close();
        broker.kill();
        startAgain();
    }

    private void startAgain() throws Exception {
        broker = BrokerProcess.startWith(SMALL_HEAP, data);
        connection = client.connect("127.0.0.1", broker.port());
    }

    @Test
    void a_message_larger_than_the_heap_goes_in_survives_kill_9_and_comes_out() throws Exception {
        long crc;
        try (StreamSender sender = connection.openStreamSender("large")) {
            crc = send(sender, LARGE_MIB);
        }
        assertEquals(1, bodies().size());
        restart();
        try (StreamReceiver receiver = connection.openStreamReceiver("large")) {
            assertEquals((long) LARGE_MIB * MIB + " bytes, " + crc, receive(receiver));
            awaitNoBodies();
        }
        assertTrue(broker.isAlive());
        assertEquals(0, broker.stop());
    }

    @Test
    void several_go_in_and_out_at_once_and_small_ones_between_them() throws Exception {
        int each = 40;
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Future<String>> results = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                String queue = "parallel." + i;
                Callable<String> in = () -> {
                    try (Connection own = client.connect("127.0.0.1", broker.port());
                            StreamSender sender = own.openStreamSender(queue)) {
                        return (long) each * MIB + " bytes, " + send(sender, each);
                    }
                };
                Callable<String> out = () -> {
                    try (Connection own = client.connect("127.0.0.1", broker.port());
                            StreamReceiver receiver = own.openStreamReceiver(queue)) {
                        return receive(receiver);
                    }
                };
                results.add(threads.submit(in));
                results.add(threads.submit(out));
            }
            try (Sender sender = connection.openSender("small");
                    Receiver receiver = connection.openReceiver("small")) {
                for (int i = 0; i < 100; i++) {
                    sender.send(Message.create("m" + i)).awaitSettlement(20, TimeUnit.SECONDS);
                    assertEquals(
                            "m" + i,
                            receiver.receive(20, TimeUnit.SECONDS).message().body());
                }
            }
            String expected = results.get(0).get();
            for (Future<String> result : results) {
                assertEquals(expected, result.get());
            }
        } finally {
            threads.shutdownNow();
        }
        awaitNoBodies();
    }

    @Test
    void kill_9_in_the_middle_of_an_upload_leaves_nothing() throws Exception {
        StreamSender sender = connection.openStreamSender("upload");
        StreamSenderMessage message = sender.beginMessage();
        message.durable(true);
        OutputStream out = message.body(new OutputStreamOptions().bodyLength(200 * MIB));
        write(out, 20);
        out.flush();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (bodies().isEmpty()) {
            assertTrue(System.nanoTime() < end, "nothing came to the disk");
            Thread.sleep(20);
        }
        restart();
        assertEquals(List.of(), bodies());
        try (Receiver receiver = connection.openReceiver("upload")) {
            receiver.drain().get(20, TimeUnit.SECONDS);
            assertNull(receiver.tryReceive());
        }
    }

    @Test
    void an_aborted_upload_leaves_nothing() throws Exception {
        try (StreamSender sender = connection.openStreamSender("aborted")) {
            StreamSenderMessage message = sender.beginMessage();
            message.durable(true);
            OutputStream out = message.body(new OutputStreamOptions().bodyLength(200 * MIB));
            write(out, 5);
            out.flush();
            message.abort();
            awaitNoBodies();
            // The link goes on.
            send(sender, 3);
        }
        assertEquals(1, bodies().size());
    }

    @Test
    void a_consumer_that_leaves_in_the_middle_leaves_the_message() throws Exception {
        long crc;
        try (StreamSender sender = connection.openStreamSender("again")) {
            crc = send(sender, 20);
        }
        Connection hasty = client.connect("127.0.0.1", broker.port());
        StreamReceiver first = hasty.openStreamReceiver("again");
        StreamDelivery delivery = first.receive(60, TimeUnit.SECONDS);
        assertEquals(MIB, delivery.message().body().readNBytes(MIB).length);
        hasty.close();
        // By way of a checkpoint, too.
        connection.close();
        assertEquals(0, broker.stop());
        startAgain();
        try (StreamReceiver receiver = connection.openStreamReceiver("again")) {
            assertEquals(20L * MIB + " bytes, " + crc, receive(receiver));
        }
        awaitNoBodies();
    }
}
