package io.sluice.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrokerUrlTest {
    @Test
    void allParts() {
        BrokerUrl url = BrokerUrl.parse("amqp://ann:se%20same@broker.example:1234");
        assertEquals(new BrokerUrl("broker.example", 1234, Optional.of("ann"), "se same", Optional.empty()), url);
        assertEquals("amqp://ann@broker.example:1234", url.toString(), "the password is not shown");
    }

    @Test
    void partsLeftOut() {
        assertEquals(new BrokerUrl("h", 5672, Optional.empty(), "", Optional.empty()), BrokerUrl.parse("amqp://h"));
        assertEquals(new BrokerUrl("h", 1, Optional.empty(), "", Optional.empty()), BrokerUrl.parse("h:1"));
        assertEquals(
                new BrokerUrl("::1", 1, Optional.empty(), "", Optional.empty()), BrokerUrl.parse("amqp://[::1]:1/"));
    }

    @Test
    void aVirtualHost() {
        BrokerUrl url = BrokerUrl.parse("amqp://h:1/blue");
        assertEquals(new BrokerUrl("h", 1, Optional.empty(), "", Optional.of("blue")), url);
        assertEquals("amqp://h:1/blue", url.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "http://h, its scheme is not amqp",
        "amqp://, Expected authority",
        "amqp://h/blue/queue, there is something behind the virtual host",
        "amqp://a_b:x, it names no host"
    })
    void whatItIsNot(String text, String why) {
        Exception error = assertThrows(IllegalArgumentException.class, () -> BrokerUrl.parse(text));
        assertEquals(
                "\"" + text + "\" is not amqp://user:password@host:port/virtualHost: " + why,
                error.getMessage().replaceAll(" at index.*", ""));
    }
}
