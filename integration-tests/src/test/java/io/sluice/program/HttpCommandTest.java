package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The management of a started broker over HTTP, by the started gateway. */
@Timeout(120)
final class HttpCommandTest {
    private static final String GUEST = basic("guest", "guest");

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path folder;

    private BrokerProcess broker;
    private Process gateway;
    private String api;

    @BeforeEach
    void start() throws Exception {
        broker = BrokerProcess.start(folder);
        gateway = new ProcessBuilder(
                        List.of(BrokerProcess.program().toString(), "http", "--port", "0", "--url", broker.uri()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(gateway.getInputStream(), StandardCharsets.UTF_8));
        String ready = out.readLine();
        assertTrue(ready.startsWith("ready http://127.0.0.1:"), ready);
        api = ready.substring("ready ".length());
    }

    @AfterEach
    void stop() {
        gateway.destroyForcibly();
        broker.close();
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    private HttpResponse<String> ask(String method, String path, String authorization, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(api + path)).method(method, BodyPublishers.ofString(body));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** @return the body of the answer */
    private String ok(int status, String method, String path, String body) throws Exception {
        HttpResponse<String> response = ask(method, path, GUEST, body);
        assertEquals(status, response.statusCode(), response.body());
        return response.body();
    }

    private void refused(int status, String why, HttpResponse<String> response) {
        assertEquals(status, response.statusCode(), response.body());
        assertTrue(response.body().contains(why), response.body());
        assertTrue(response.body().contains("\"status\":" + status), response.body());
    }

    private static void run(String input, String... arguments) throws Exception {
        List<String> command =
                new java.util.ArrayList<>(List.of(BrokerProcess.program().toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
    }

    @Test
    void queues_are_made_looked_at_purged_and_deleted() throws Exception {
        assertTrue(ok(201, "PUT", "/queue/orders", "{\"maxMessages\": 100}").contains("\"maxMessages\":100"));
        ok(201, "PUT", "/queue/orders", "{\"maxMessages\": 100}");
        refused(409, "maxMessages", ask("PUT", "/queue/orders", GUEST, "{\"maxMessages\": 5}"));
        assertTrue(ok(200, "PATCH", "/queue/orders", "{\"maxMessages\": null}").contains("\"maxMessages\":null"));
        run("", "send", "orders", "m", "--count", "5", "--url", broker.uri());
        run("", "send", "orders", "urgent", "--priority", "9", "--url", broker.uri());
        assertTrue(ok(200, "GET", "/queue/orders", "").contains("\"messages\":6"));
        String list = ok(200, "GET", "/queue?attributes=name,messages", "");
        assertEquals("{\"total\":1,\"items\":[{\"name\":\"orders\",\"messages\":6}]}\n", list);
        String peeked = ok(200, "GET", "/queue/orders/peek?from=6&count=1", "");
        assertTrue(peeked.contains("\"sequence\":6"), peeked);
        assertEquals("{\"messages\":1}\n", ok(200, "POST", "/queue/orders/purge", "{\"filter\": \"JMSPriority = 9\"}"));
        refused(400, "count", ask("POST", "/queue/orders/purge", GUEST, "{\"count\": -1}"));
        refused(409, "", ask("DELETE", "/queue/orders?ifEmpty", GUEST, ""));
        assertEquals("{\"messages\":5}\n", ok(200, "DELETE", "/queue/orders", ""));
        refused(404, "orders", ask("GET", "/queue/orders", GUEST, ""));
        assertTrue(ok(200, "GET", "", "").contains("PURGE"));
    }

    @Test
    void who_may_what_is_the_brokers_to_say_and_it_remembers() throws Exception {
        run("secret\n", "user", "add", "anna", "--receive", "orders", "--url", broker.uri());
        String anna = basic("anna", "secret");
        refused(401, "needed", ask("GET", "/queue", "", ""));
        assertTrue(ask("GET", "/queue", "", "")
                .headers()
                .firstValue("WWW-Authenticate")
                .isPresent());
        refused(401, "credentials", ask("GET", "/queue", basic("anna", "guess"), ""));
        assertEquals(200, ask("GET", "/queue", anna, "").statusCode());
        refused(403, "may not manage 'orders'", ask("PUT", "/queue/orders", anna, ""));
        ok(201, "PUT", "/queue/orders", "");
        ok(200, "DELETE", "/queue/orders", "");
        refused(403, "web pages", ask("GET", "/queue", GUEST, "", "Origin", "http://evil.test"));
        List<String> log = broker.errors();
        assertTrue(
                log.stream()
                        .anyMatch(line -> line.contains("DELETE") && line.contains("guest") && line.contains("orders")),
                log::toString);
    }

    @Test
    void what_is_wrong_is_said() throws Exception {
        refused(400, "no JSON", ask("PUT", "/queue/a", GUEST, "{"));
        refused(404, "/api/TYPE", ask("GET", "/queue/a/b/c", GUEST, ""));
        refused(405, "POST", ask("GET", "/queue/a/purge", GUEST, ""));
        refused(400, "nothing", ask("GET", "/nothing/a", GUEST, ""));
        broker.kill();
        refused(502, "cannot connect", ask("GET", "/queue", GUEST, ""));
    }
}
