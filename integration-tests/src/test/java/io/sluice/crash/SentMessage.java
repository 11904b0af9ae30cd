package io.sluice.crash;

import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.exceptions.ClientException;

/**
 * A message whose id says all about it: body, priority, delay, time to live.
 *
 * @param producer one of one round, on one connection
 * @param number in the order sent
 */
record SentMessage(String producer, int number) {
    private static final int KINDS = 16;
    private static final int LARGE_BYTES = 30_000;

    static SentMessage of(String body) {
        int end = body.indexOf(' ');
        String id = end < 0 ? body : body.substring(0, end);
        int dash = id.lastIndexOf('-');
        return new SentMessage(id.substring(0, dash), Integer.parseInt(id.substring(dash + 1)));
    }

    String id() {
        return producer + "-" + number;
    }

    String body() {
        int filler = number % KINDS == 1 ? LARGE_BYTES : number * 37 % 2_000;
        return id() + " " + "x".repeat(filler);
    }

    /** Whose producer it is, whatever its connection. */
    String client() {
        int dot = producer.indexOf('.');
        return dot < 0 ? producer : producer.substring(0, dot);
    }

    boolean urgent() {
        return number % KINDS == 3;
    }

    boolean scheduled() {
        return number % KINDS == 5;
    }

    boolean mayExpire() {
        return number % KINDS == 7;
    }

    Message<String> encoded() throws ClientException {
        Message<String> message = Message.create(body()).durable(true);
        if (urgent()) {
            message.priority((byte) 8);
        }
        if (scheduled()) {
            message.annotation("x-opt-delivery-delay", (long) (number % 100));
        }
        if (mayExpire()) {
            message.timeToLive(5);
        }
        return message;
    }
}
