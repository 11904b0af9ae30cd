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
        assertEquals(new BrokerUrl("broker.example", 1234, Optional.of("ann"), "se same"), url);
        assertEquals("amqp://ann@broker.example:1234", url.toString(), "the password is not shown");
    }

    @Test
    void partsLeftOut() {
        assertEquals(new BrokerUrl("h", 5672, Optional.empty(), ""), BrokerUrl.parse("amqp://h"));
        assertEquals(new BrokerUrl("h", 1, Optional.empty(), ""), BrokerUrl.parse("h:1"));
        assertEquals(new BrokerUrl("::1", 1, Optional.empty(), ""), BrokerUrl.parse("amqp://[::1]:1/"));
    }

    @ParameterizedTest
    @CsvSource({
        "http://h, its scheme is not amqp",
        "amqp://, Expected authority",
        "amqp://h/queue, there is something behind host and port",
        "amqp://a_b:x, it names no host"
    })
    void whatItIsNot(String text, String why) {
        Exception error = assertThrows(IllegalArgumentException.class, () -> BrokerUrl.parse(text));
        assertEquals(
                "\"" + text + "\" is not amqp://user:password@host:port: " + why,
                error.getMessage().replaceAll(" at index.*", ""));
    }
}
