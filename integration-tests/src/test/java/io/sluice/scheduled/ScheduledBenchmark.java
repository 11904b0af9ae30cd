package io.sluice.scheduled;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.Tracker;

/**
 * Many messages for later in a broker that runs. Arguments: {@code fill PORT MESSAGES SECONDS SPREAD} sends durable messages of 1 KB, in
 * random order, for an instant of the {@code SPREAD} seconds that begin in so many seconds; {@code drain PORT MESSAGES} receives them,
 * wherever the broker was restarted in between, and fails where one is missing, doubled, or came before its time.
 */
public final class ScheduledBenchmark {
    private static final String QUEUE = "scheduled";
    private static final int WINDOW = 2_000;
    private static final int BODY_BYTES = 1_024;

    private ScheduledBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[1]);
        int messages = Integer.parseInt(arguments[2]);
        try (Client client = Client.create();
                Connection connection = client.connect("127.0.0.1", port)) {
            if (arguments[0].equals("fill")) {
                fill(connection, messages, Long.parseLong(arguments[3]), Long.parseLong(arguments[4]));
            } else {
                drain(connection, messages);
            }
        }
    }

    private static void fill(Connection connection, int messages, long seconds, long spread) throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        long first = System.currentTimeMillis() + seconds * 1_000;
        long start = System.nanoTime();
        ArrayDeque<Tracker> underWay = new ArrayDeque<>();
        try (Sender sender = connection.openSender(QUEUE)) {
            for (int i = 0; i < messages; i++) {
                long due = first + random.nextLong(spread * 1_000);
                byte[] body =
                        ByteBuffer.allocate(BODY_BYTES).putInt(i).putLong(due).array();
                Message<byte[]> message = Message.create(body).durable(true);
                message.annotation("x-opt-delivery-time", due);
                underWay.add(sender.send(message));
                if (underWay.size() == WINDOW) {
                    underWay.remove().awaitAccepted(1, TimeUnit.MINUTES);
                }
            }
            for (Tracker tracker : underWay) {
                tracker.awaitAccepted(1, TimeUnit.MINUTES);
            }
        }
        print("accepted", messages, start);
    }

    private static void drain(Connection connection, int messages) throws Exception {
        BitSet seen = new BitSet(messages);
        long latestMillis = 0;
        long start = System.nanoTime();
        try (Receiver receiver = connection.openReceiver(QUEUE)) {
            for (int i = 0; i < messages; i++) {
                Delivery delivery = receiver.receive(2, TimeUnit.MINUTES);
                if (delivery == null) {
                    throw new AssertionError(messages - i + " messages are missing");
                }
                Message<byte[]> message = delivery.message();
                ByteBuffer body = ByteBuffer.wrap(message.body());
                int number = body.getInt();
                long lateMillis = System.currentTimeMillis() - body.getLong();
                if (lateMillis < 0 || seen.get(number)) {
                    throw new AssertionError(
                            "message " + number + ": " + lateMillis + " ms late, a copy: " + seen.get(number));
                }
                seen.set(number);
                latestMillis = Math.max(latestMillis, lateMillis);
            }
        }
        print("received, at most " + latestMillis + " ms late", messages, start);
    }

    private static void print(String what, int messages, long start) {
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("%d messages %s: %.1f s, %.0f per second%n", messages, what, seconds, messages / seconds);
    }
}
