package io.sluice.clients.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.program.BrokerProcess;
import jakarta.jms.Connection;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Qpid JMS reads in our open: client ids, virtual hosts, other servers. */
final class QpidJmsConnectionTest {
    private static final long WAIT_MILLIS = 20_000;

    @TempDir
    Path folder;

    private BrokerProcess broker;
    private BrokerProcess other;

    private BrokerProcess start(String name, String listen) throws Exception {
        Path config = Files.writeString(folder.resolve(name + ".yaml"), "listen:\n  port: 0\n" + listen);
        return BrokerProcess.start(folder.resolve(name), "--config", config.toString());
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
        if (other != null) {
            other.close();
        }
    }

    private static Connection connect(String uri, String clientId) throws JMSException {
        Connection connection = new JmsConnectionFactory(uri).createConnection("guest", "guest");
        try {
            if (clientId != null) {
                connection.setClientID(clientId);
            }
            connection.start();
            return connection;
        } catch (JMSException e) {
            connection.close();
            throw e;
        }
    }

    @Test
    void a_client_id_is_that_of_one_connection() throws Exception {
        broker = start("a", "");
        try (Connection first = connect(broker.uri(), "billing")) {
            assertThrows(InvalidClientIDException.class, () -> connect(broker.uri(), "billing"));
            roundTrip(first);
        }
        try (Connection again = connect(broker.uri(), "billing")) {
            roundTrip(again);
        }
    }

    @Test
    void a_virtual_host_that_is_not_there_is_refused() throws Exception {
        broker = start("a", "  hostNames: [mq.example.com]\n");
        try (Connection known = connect(broker.uri() + "?amqp.vhost=mq.example.com", null)) {
            roundTrip(known);
        }
        try (Connection byAddress = connect(broker.uri(), null)) {
            roundTrip(byAddress);
        }
        assertThrows(JMSException.class, () -> connect(broker.uri() + "?amqp.vhost=other", null));
    }

    /** It was told of the second broker by the first only. */
    @Test
    void a_client_goes_on_at_the_server_it_was_told_of() throws Exception {
        other = start("b", "");
        broker = start(
                "a", "  failoverServers: [{host: 127.0.0.1, port: %d, protocol: amqp}]\n".formatted(other.port()));
        try (Connection connection = connect("failover:(" + broker.uri() + ")", null)) {
            roundTrip(connection);
            broker.kill();
            roundTrip(connection);
        }
    }

    private static void roundTrip(Connection connection) throws JMSException {
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        Queue queue = session.createQueue("connection");
        session.createProducer(queue).send(session.createTextMessage("hello"));
        MessageConsumer consumer = session.createConsumer(queue);
        assertEquals("hello", ((TextMessage) consumer.receive(WAIT_MILLIS)).getText());
        session.close();
    }
}
