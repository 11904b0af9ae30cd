package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What does not belong on the port or in the data folder gets a short answer, and everybody else goes on being served. */
final class BadInputTest {
    private static final byte[] AMQP_HEADER = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
    private static final byte[] SASL_HEADER = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};

    @TempDir
    static Path data;

    @TempDir
    Path scratch;

    private static BrokerProcess broker;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = BrokerProcess.start(data);
    }

    @AfterAll
    static void stopBroker() throws Exception {
        assertEquals(0, broker.stop());
    }

    /** Whatever a test did, others are served. */
    @AfterEach
    void stillServes() throws Exception {
        try (Client client = Client.create();
                Connection connection = client.connect("127.0.0.1", broker.port());
                Sender sender = connection.openSender("after.bad.input");
                Receiver receiver = connection.openReceiver("after.bad.input")) {
            sender.send(Message.create("fine").durable(true)).awaitSettlement(20, TimeUnit.SECONDS);
            Delivery delivery = receiver.receive(20, TimeUnit.SECONDS);
            assertEquals("fine", delivery.message().body());
        }
    }

    /** Sends bytes and reads until the broker closes the connection. */
    private static byte[] answerTo(byte[] input) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", broker.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(input);
            socket.getOutputStream().flush();
            InputStream in = socket.getInputStream();
            return in.readAllBytes();
        } catch (java.net.SocketException reset) {
            // closed with bytes of ours unread: also an end
            return new byte[0];
        }
    }

    @Test
    void an_http_request_is_told_what_this_port_speaks() throws Exception {
        answerTo("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        broker.awaitError("HTTP");
    }

    @Test
    void a_tls_hello_on_the_plain_port_is_recognised() throws Exception {
        byte[] hello = new byte[200];
        hello[0] = 0x16;
        hello[1] = 0x03;
        hello[2] = 0x01;
        answerTo(hello);
        broker.awaitError("TLS");
    }

    @Test
    void a_wrong_protocol_version_is_answered_with_ours() throws IOException {
        byte[] answer = answerTo(new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1});
        assertEquals("AMQP", new String(answer, 0, 4, StandardCharsets.US_ASCII));
    }

    @Test
    void garbage_ends_the_connection() throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < 20; i++) {
            byte[] garbage = new byte[random.nextInt(4_000) + 8];
            random.nextBytes(garbage);
            answerTo(garbage);
            answerTo(concat(AMQP_HEADER, garbage));
            answerTo(concat(SASL_HEADER, garbage));
        }
    }

    @Test
    void a_frame_larger_than_any_is_refused_by_its_size_alone() throws IOException {
        byte[] huge = {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff, 2, 0, 0, 0};
        assertNotEquals(0, answerTo(concat(AMQP_HEADER, huge)).length);
    }

    @Test
    void a_second_process_on_the_same_data_folder_is_refused() throws Exception {
        BrokerProcess.Ended second = BrokerProcess.runToEnd(List.of("--port", "0", "--data", data.toString()));
        assertNotEquals(0, second.exitCode());
        assertTrue(second.output().contains(data.toString()), second.output());
        assertFalse(second.output().contains("\tat "), "a stack trace: " + second.output());
    }

    @Test
    void a_data_folder_that_is_a_file_is_refused() throws Exception {
        Path file = Files.writeString(scratch.resolve("file"), "not a folder");
        BrokerProcess.Ended ended = BrokerProcess.runToEnd(List.of("--port", "0", "--data", file.toString()));
        assertNotEquals(0, ended.exitCode());
        assertTrue(ended.output().contains(file.toString()), ended.output());
        assertFalse(ended.output().contains("\tat "), "a stack trace: " + ended.output());
        assertEquals("not a folder", Files.readString(file));
    }

    @Test
    void a_port_in_use_is_refused() throws Exception {
        BrokerProcess.Ended ended = BrokerProcess.runToEnd(List.of(
                "--port",
                String.valueOf(broker.port()),
                "--data",
                scratch.resolve("other").toString()));
        assertNotEquals(0, ended.exitCode());
        assertTrue(ended.output().contains(String.valueOf(broker.port())), ended.output());
        assertFalse(ended.output().contains("\tat "), "a stack trace: " + ended.output());
    }

    @Test
    void an_error_in_the_configuration_names_line_and_key() throws Exception {
        Path config = Files.writeString(scratch.resolve("sluice.yaml"), """
                node: one
                listen:
                  host: 127.0.0.1
                  port: 0

                amqp:
                  maxConnections: 10
                  maxFrameSizeBytes: 65536

                storage:
                  segmentBytes: 67108864
                  jurnalMaxBytes: 1
                """);
        BrokerProcess.Ended ended = BrokerProcess.runToEnd(List.of(
                "--config", config.toString(), "--data", scratch.resolve("d").toString()));
        assertNotEquals(0, ended.exitCode());
        assertTrue(ended.output().contains("12"), ended.output());
        assertTrue(ended.output().contains("jurnalMaxBytes"), ended.output());
        assertTrue(ended.output().contains("journalMaxBytes"), ended.output());
        assertFalse(Files.exists(scratch.resolve("d")), "a broker that does not start leaves nothing behind");
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = java.util.Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
