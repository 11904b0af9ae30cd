package io.sluice.amqp.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.dialect.RabbitAddress.Type;
import io.sluice.broker.Annotations;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses as RabbitMQ 4 writes them. */
class RabbitAddressTest {
    @ParameterizedTest
    @CsvSource({
        "/queues/q, QUEUE, q, q",
        "/queues/a%2Fb%20c%25, QUEUE, a/b c%, a/b c%",
        "/queues/%C3%A9, QUEUE, é, é",
        "/queues/é, QUEUE, é, é",
        "/exchanges/x, EXCHANGE, x, ''",
        "/exchanges/x/, EXCHANGE, x, ''",
        "/exchanges/x%2fy/k.%23, EXCHANGE, x/y, k.#"
    })
    void whatItNames(String address, Type type, String name, String key) {
        assertEquals(Optional.of(new RabbitAddress(type, name, key)), RabbitAddress.of(address));
        assertEquals(name, RabbitAddress.nodeOf(address));
        assertTrue(RabbitAddress.isValid(address));
    }

    @ParameterizedTest
    @ValueSource(strings = {"q", "/queue/q", "/queues", "queues/q", "$management", "/management"})
    void othersAreNone(String address) {
        assertEquals(Optional.empty(), RabbitAddress.of(address));
        assertEquals(address, RabbitAddress.nodeOf(address));
    }

    @ParameterizedTest
    @CsvSource({
        "/queues/, 'the name of the queue has 1 to 255 characters, this has 0'",
        "/queues/a/b, 'one part too many'",
        "/exchanges//k, 'the name of the exchange has 1 to 255 characters'",
        "/exchanges/x/k/z, 'one part too many'",
        "/exchanges/amq.default/q, 'the default exchange has no address'",
        "/queues/a%2, 'a % that two hexadecimal digits do not follow, at byte 1'",
        "/queues/%, 'at byte 0'",
        "/queues/%zz, 'at byte 0'",
        "/exchanges/x/%C3, 'no UTF-8'"
    })
    void whatIsWrongIsSaid(String address, String text) {
        IllegalArgumentException wrong = assertThrows(IllegalArgumentException.class, () -> RabbitAddress.of(address));
        assertTrue(wrong.getMessage().contains(text), wrong.getMessage());
        assertTrue(!RabbitAddress.isValid(address));
    }

    @Test
    void aMessageSaysWhereItWasSent() {
        assertEquals(
                Map.of("x-exchange", new Annotations.Text(""), "x-routing-key", new Annotations.Text("q")),
                RabbitAddress.of("/queues/q").orElseThrow().stamps().values());
        assertEquals(
                Map.of("x-exchange", new Annotations.Text("x"), "x-routing-key", new Annotations.Text("a.b")),
                RabbitAddress.of("/exchanges/x/a.b").orElseThrow().stamps().values());
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain-._~", "a/b?c=d&e", "é€𝄞", "% 25"})
    void whatIsEncodedIsDecodedAgain(String text) {
        assertEquals(text, PercentEncoding.decode(PercentEncoding.encode(text)));
        assertTrue(PercentEncoding.encode(text).matches("[A-Za-z0-9._~%-]*"));
    }
}
