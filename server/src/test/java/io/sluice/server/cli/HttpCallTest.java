package io.sluice.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an HTTP request asks of the management. */
class HttpCallTest {
    private static HttpCall call(String method, String uri) throws HttpProblem {
        return HttpCall.of(method, URI.create(uri), Map.of("k", 1L));
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /api/queue/a,                     READ,           identity",
        "PUT,    /api/queue/a,                     CREATE,         name",
        "PATCH,  /api/queue/a,                     UPDATE,         identity",
        "DELETE, /api/queue/a/,                    DELETE,         identity",
        "POST,   /api/queue/a/purge,               PURGE,          identity",
        "POST,   /api/queue/a/cancel-scheduled,    CANCEL-SCHEDULED, identity",
        "GET,    /api/queue/a/explain,             EXPLAIN,        identity",
        "POST,   /api/queue/a/peek,                PEEK,           identity",
    })
    void anEntityIsNamedByThePath(String method, String uri, String operation, String as) throws Exception {
        assertEquals(new HttpCall(operation, "queue", Map.of(as, "a"), Map.of("k", 1L)), call(method, uri));
    }

    @Test
    void namesAreThoseOfUris() throws Exception {
        assertEquals(
                Map.of("identity", "x/queue/a b+c/ö"),
                call("GET", "/api/binding/x%2Fqueue%2Fa%20b+c%2F%C3%B6").properties());
    }

    @Test
    void parametersAreArguments() throws Exception {
        assertEquals(
                Map.of(
                        "identity",
                        "a",
                        "ifEmpty",
                        true,
                        "ifUnused",
                        false,
                        "count",
                        7L,
                        "filter",
                        "p = 1",
                        "far",
                        "1e3"),
                call("DELETE", "/api/queue/a?ifEmpty&ifUnused=false&count=7&filter=p%20=%201&far=1e3")
                        .properties());
    }

    @Test
    void listsAreQueriesOfTheNode() throws Exception {
        assertEquals(
                new HttpCall(
                        "QUERY",
                        "",
                        Map.of("entityType", "queue", "offset", 5L),
                        Map.of("attributeNames", List.of("name", "messages"))),
                call("GET", "/api/queue?offset=5&attributes=name,messages"));
        assertEquals(List.of(), call("GET", "/api/link").body().get("attributeNames"));
        assertEquals(new HttpCall("GET-OPERATIONS", "", Map.of(), Map.of()), call("GET", "/api"));
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /,                            404",
        "GET,    /queue/a,                     404",
        "GET,    /api/queue/a/b/c,             404",
        "POST,   /api,                         405",
        "DELETE, /api/queue,                   405",
        "POST,   /api/queue/a,                 405",
        "GET,    /api/queue/a/purge,           405",
        "GET,    /api/queue/a?operation=PURGE, 400",
        "DELETE, /api/queue/a?name=b,          400",
        "GET,    /api/queue?entityType=user,   400",
    })
    void whatIsNothingIsRefused(String method, String uri, int status) {
        HttpProblem problem = assertThrows(HttpProblem.class, () -> call(method, uri));
        assertEquals(status, problem.status(), problem.getMessage());
    }

    private static Map<String, Object> json(String text) throws HttpProblem {
        return Json.object(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void bodiesAreJson() throws Exception {
        assertEquals(Map.of(), json(""));
        assertEquals(
                Map.of("a", 1L, "b", List.of(true, "x", 2.5), "c", Map.of("d", "ö")),
                json("{\"a\":1,\"b\":[true,\"x\",2.5],\"c\":{\"d\":\"ö\"}}"));
        assertEquals(Arrays.asList((Object) null), json("{\"a\":[null]}").get("a"));
        for (String wrong :
                List.of("[]", "1", "{\"a\":1", "{\"a\":1}{}", "{\"a\":1,\"a\":2}", "{a:1}", "{".repeat(50))) {
            assertEquals(400, assertThrows(HttpProblem.class, () -> json(wrong)).status(), wrong);
        }
        assertEquals(
                "{\"a\":[1,null]}\n",
                new String(Json.text(Map.of("a", Arrays.asList(1, null))), StandardCharsets.UTF_8));
    }
}
