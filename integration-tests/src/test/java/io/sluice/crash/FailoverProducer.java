package io.sluice.crash;

import jakarta.jms.JMSContext;
import jakarta.jms.JMSProducer;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Queue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.qpid.jms.JmsConnectionFactory;

/**
 * Sends one message after the other by Qpid JMS, which goes from node to node by itself and sends again what was not answered. What is sent at a
 * node that has not the queue's shard is rejected: then the application begins with the next node of its list.
 */
final class FailoverProducer {
    private static final String OPTIONS =
            "?failover.initialReconnectDelay=20&failover.reconnectDelay=100&failover.useReconnectBackOff=false"
                    + "&failover.nested.amqp.idleTimeout=15000";

    private final List<String> addresses;
    private final String queue;
    private final ClientAccounts accounts;
    private final Thread thread;
    private volatile boolean goesOn = true;

    /** @param addresses of all nodes */
    FailoverProducer(String name, List<String> addresses, String queue, ClientAccounts accounts) {
        this.addresses = List.copyOf(addresses);
        this.queue = queue;
        this.accounts = accounts;
        this.thread = new Thread(() -> produce(name), "jms-" + name);
    }

    void start() {
        thread.start();
    }

    void stop() {
        goesOn = false;
    }

    void awaitEnd(long millis) throws InterruptedException {
        thread.join(millis);
        if (thread.isAlive()) {
            throw new AssertionError(thread.getName() + " does not end");
        }
    }

    private void produce(String name) {
        int next = 0;
        for (int connections = 0; goesOn; connections++) {
            next = produce(name + "." + connections, next, connections);
        }
    }

    /** Until a message is refused. @return the next number */
    private int produce(String name, int first, int begins) {
        int next = first;
        List<String> nodes = new ArrayList<>(addresses);
        Collections.rotate(nodes, -begins);
        String uri = nodes.stream().map(node -> "amqp://" + node).collect(Collectors.joining(",", "failover:(", ")"));
        try (JMSContext context = new JmsConnectionFactory(uri + OPTIONS).createContext()) {
            Queue target = context.createQueue(queue);
            JMSProducer producer = context.createProducer();
            while (goesOn) {
                SentMessage message = new SentMessage(name, next++);
                accounts.sent(message);
                producer.send(target, message.body());
                accounts.accepted(message);
            }
        } catch (JMSRuntimeException elsewhere) {
            // the next node may have it
        }
        return next;
    }
}
