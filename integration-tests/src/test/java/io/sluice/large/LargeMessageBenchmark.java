package io.sluice.large;

import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.OutputStreamOptions;
import org.apache.qpid.protonj2.client.StreamReceiver;
import org.apache.qpid.protonj2.client.StreamSender;
import org.apache.qpid.protonj2.client.StreamSenderMessage;

/**
 * Sends one durable message of so many MiB to a broker that runs, receives it again, and prints what that took. Arguments: port, MiB.
 */
public final class LargeMessageBenchmark {
    private LargeMessageBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        int blocks = Integer.parseInt(arguments[1]);
        byte[] block = LargeMessageTest.block(1);
        CRC32C crc = new CRC32C();
        for (int i = 0; i < blocks; i++) {
            crc.update(block);
        }
        try (Client client = Client.create();
                Connection connection = client.connect("127.0.0.1", port);
                StreamSender sender = connection.openStreamSender("benchmark")) {
            long start = System.nanoTime();
            StreamSenderMessage message = sender.beginMessage();
            message.durable(true);
            try (OutputStream out =
                    message.body(new OutputStreamOptions().bodyLength(Math.multiplyExact(blocks, block.length)))) {
                for (int i = 0; i < blocks; i++) {
                    out.write(block);
                }
            }
            message.tracker().awaitSettlement(5, TimeUnit.MINUTES);
            print("in, until accepted", blocks, start);
            start = System.nanoTime();
            String received;
            try (StreamReceiver back = connection.openStreamReceiver("benchmark")) {
                received = LargeMessageTest.receive(back);
            }
            print("out, with checksum", blocks, start);
            String expected = (long) blocks * block.length + " bytes, " + crc.getValue();
            System.out.println(expected.equals(received) ? "equal" : "DIFFERENT: " + received + ", not " + expected);
        }
    }

    private static void print(String what, int blocks, long start) {
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("%s: %.1f s, %.0f MiB/s%n", what, seconds, blocks / seconds);
    }
}
