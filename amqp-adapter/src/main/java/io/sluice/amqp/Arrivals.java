package io.sluice.amqp;

import io.sluice.broker.Message;
import java.util.ArrayDeque;
import java.util.List;
import org.apache.qpid.proton.engine.Delivery;

/**
 * Complete messages of one link that wait for a large one before them, whose body is not on the disk yet: they must not overtake it.
 * Empty nearly always. The connection's event loop.
 */
final class Arrivals {
    /** One message; it is not ready before its body is where it should be. */
    private static final class Arrival {
        private final Delivery delivery;
        private final IncomingBody body;
        private Message message;
        /** What there is to do in place of sending the message; null for nearly all. */
        private Runnable batch;

        private Arrival(Delivery delivery, IncomingBody body, Message message) {
            this.delivery = delivery;
            this.body = body;
            this.message = message;
        }

        private boolean isReady() {
            return message != null || batch != null;
        }
    }

    private final Destination destination;
    private final ArrayDeque<Arrival> waiting = new ArrayDeque<>();
    private boolean left;

    Arrivals(Destination destination) {
        this.destination = destination;
    }

    void add(Message message, Delivery delivery) {
        if (waiting.isEmpty()) {
            destination.send(message, delivery);
        } else {
            waiting.add(new Arrival(delivery, null, message));
        }
    }

    /** @param bytes of the delivery */
    void addAll(List<Message> batch, Delivery delivery, int bytes) {
        if (waiting.isEmpty()) {
            destination.sendAll(batch, delivery, bytes);
        } else {
            Arrival arrival = new Arrival(delivery, null, null);
            arrival.batch = () -> destination.sendAll(batch, delivery, bytes);
            waiting.add(arrival);
        }
    }

    void add(IncomingBody body, Delivery delivery) {
        waiting.add(new Arrival(delivery, body, null));
    }

    /** The body is on the disk; whatever is ready goes. */
    void stored(IncomingBody body, Message message) {
        for (Arrival arrival : waiting) {
            if (arrival.body == body) {
                arrival.message = message;
            }
        }
        sendReady();
    }

    /** The body will never be there. @return the delivery to refuse, null where the message is not complete */
    Delivery remove(IncomingBody body) {
        for (Arrival arrival : waiting) {
            if (arrival.body == body) {
                waiting.remove(arrival);
                sendReady();
                return arrival.delivery;
            }
        }
        return null;
    }

    private void sendReady() {
        while (!waiting.isEmpty() && waiting.peek().isReady()) {
            Arrival arrival = waiting.poll();
            if (arrival.batch != null) {
                arrival.batch.run();
            } else {
                destination.send(arrival.message, arrival.delivery);
            }
        }
        leaveIfEmpty();
    }

    /** The link is gone: the destination hears it when what came complete has been sent. */
    void leave() {
        left = true;
        leaveIfEmpty();
    }

    /** As {@link #leave}, but what is not sent by now is dropped by its destination: its sender will send it again. */
    void leaveNow() {
        left = false;
        destination.detach();
    }

    private void leaveIfEmpty() {
        if (left && waiting.isEmpty()) {
            left = false;
            destination.detach();
        }
    }
}
