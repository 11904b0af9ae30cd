package io.sluice.amqp.rabbitmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.amqp.Access;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The table of routes, without anything behind it. */
class RoutesTest {
    private String called = "";
    private final Routes routes = new Routes()
            .on("GET", "/queues/:queue", (request, parts, answer) -> called = "get " + parts)
            .on("DELETE", "/queues/:queue", (request, parts, answer) -> called = "delete " + parts)
            .on("DELETE", "/queues/:queue/messages", (request, parts, answer) -> called = "purge " + parts)
            .on("DELETE", "/bindings/~binding", (request, parts, answer) -> called = "unbind " + parts);

    private void ask(String method, String... path) throws HttpException {
        HttpRequest request = new HttpRequest(method, List.of(path), Map.of(), null, Access.ALL);
        routes.handle(request, new HttpAnswer("", Optional.empty(), Access.ALL, reply -> {}));
    }

    @Test
    void pathAndMethodSayWhoAnswers() throws HttpException {
        ask("GET", "queues", "a%2Fb");
        assertEquals("get [a/b]", called);
        ask("DELETE", "queues", "messages");
        assertEquals("delete [messages]", called);
        ask("DELETE", "queues", "q", "messages");
        assertEquals("purge [q]", called);
        ask("DELETE", "bindings", "src=a%3Db;args=");
        assertEquals("unbind [src=a%3Db;args=]", called);
    }

    @Test
    void whatIsNotThereIsNotFound() {
        assertEquals(404, refusal("GET", "nothing").status());
        assertEquals("there is nothing at /queues", refusal("GET", "queues").getMessage());
        assertEquals(404, refusal("GET", "queues", "").status());
        assertEquals(404, refusal("GET", "queues", "a", "b").status());
    }

    @Test
    void anotherMethodIsNotAllowedAndThoseThereAreAreNamed() {
        HttpException refused = refusal("PATCH", "queues", "q");
        assertEquals(405, refused.status());
        assertEquals("/queues/q takes GET, DELETE, not PATCH", refused.getMessage());
    }

    @Test
    void anEscapeThatIsNoneIsABadRequest() {
        assertEquals(400, refusal("GET", "queues", "%x").status());
    }

    private HttpException refusal(String method, String... path) {
        return assertThrows(HttpException.class, () -> ask(method, path));
    }
}
