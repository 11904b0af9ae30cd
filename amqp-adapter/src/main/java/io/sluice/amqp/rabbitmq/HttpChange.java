package io.sluice.amqp.rabbitmq;

import io.sluice.amqp.AuditedChange.What;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a request would change, in the terms of {@code $management}, for the audit trail. */
final class HttpChange {
    /** By the first part of a path. What is not among them, as a client's own token, is no change of the broker. */
    private static final Map<String, String> TYPES =
            Map.of("queues", "queue", "exchanges", "exchange", "bindings", "binding");

    private static final List<String> ENDS =
            List.of("source", "destination_queue", "destination_exchange", "binding_key");

    private HttpChange() {}

    /**
     * @param parts of its path, as its handler gets them
     * @return empty: it looks, and changes nothing
     */
    static Optional<What> of(HttpRequest request, List<String> parts) {
        String type = TYPES.get(request.path().get(0));
        if (type == null || request.method().equals("GET")) {
            return Optional.empty();
        }
        boolean deletes = request.method().equals("DELETE");
        boolean messages = request.path().size() > 2;
        String operation = deletes ? messages ? "PURGE" : "DELETE" : "CREATE";
        return Optional.of(new What(operation, type, parts.isEmpty() ? "" : parts.get(0), ends(request)));
    }

    /** Of a binding, which has no name before it is there. */
    private static Map<String, String> ends(HttpRequest request) {
        Map<String, String> ends = new LinkedHashMap<>();
        if (request.body() instanceof Map<?, ?> body) {
            for (String end : ENDS) {
                if (body.get(end) instanceof String text) {
                    ends.put(end, text);
                }
            }
        }
        return ends;
    }
}
