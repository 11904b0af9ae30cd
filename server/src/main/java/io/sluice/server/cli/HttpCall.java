package io.sluice.server.cli;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * An HTTP request to the gateway as what it asks of {@code $management}: the path is {@code /api/TYPE/NAME/OPERATION}.
 *
 * @param operation of AMQP Management
 * @param type of the entity; "" for an operation of the node
 * @param properties application properties beside those two
 * @param body arguments, or attributes
 */
record HttpCall(String operation, String type, Map<String, Object> properties, Map<String, Object> body) {
    private static final String ROOT = "api";
    /** What changes nothing, and so may be asked for by GET. */
    private static final Set<String> LOOKS = Set.of("PEEK", "EXPLAIN", "LIST-SCHEDULED");

    private static final Set<String> SAID_BY_PATH = Set.of("operation", "type", "name", "identity", "entityType");

    private static final Map<String, String> BY_METHOD =
            Map.of("GET", "READ", "PUT", "CREATE", "PATCH", "UPDATE", "DELETE", "DELETE");

    /**
     * @param uri of the request, its path and query
     * @param body of the request, parsed; empty where it has none
     * @throws HttpProblem nothing is asked so
     */
    static HttpCall of(String method, URI uri, Map<String, Object> body) throws HttpProblem {
        List<String> path = path(uri);
        Map<String, Object> query = query(uri);
        if (path.isEmpty() || !path.get(0).equals(ROOT) || path.size() > 4) {
            throw new HttpProblem(
                    404,
                    "there is nothing here; paths are /api, /api/TYPE, /api/TYPE/NAME and"
                            + " /api/TYPE/NAME/OPERATION");
        }
        if (path.size() == 1) {
            only(method, "GET", "/api");
            return new HttpCall("GET-OPERATIONS", "", query, Map.of());
        }
        String type = path.get(1);
        if (path.size() == 2) {
            only(method, "GET", "/api/" + type);
            return list(type, query);
        }
        if (path.size() == 3) {
            String operation = BY_METHOD.get(method);
            if (operation == null) {
                throw new HttpProblem(405, "an entity takes GET, PUT, PATCH and DELETE, not " + method);
            }
            return new HttpCall(operation, type, named(operation, path.get(2), query), body);
        }
        String operation = path.get(3).toUpperCase(Locale.ROOT);
        if (!LOOKS.contains(operation) || !method.equals("GET")) {
            only(method, "POST", "operation " + operation);
        }
        return new HttpCall(operation, type, named(operation, path.get(2), query), body);
    }

    private static void only(String method, String wanted, String what) throws HttpProblem {
        if (!method.equals(wanted)) {
            throw new HttpProblem(405, what + " takes " + wanted + ", not " + method);
        }
    }

    private static HttpCall list(String type, Map<String, Object> query) {
        Map<String, Object> properties = new LinkedHashMap<>(query);
        Object attributes = properties.remove("attributes");
        properties.put("entityType", type);
        List<String> names = attributes == null
                ? List.of()
                : List.of(String.valueOf(attributes).split(","));
        return new HttpCall("QUERY", "", properties, Map.of("attributeNames", names));
    }

    /** What is made has a name; what is there is found by its identity, which for most types is the same. */
    private static Map<String, Object> named(String operation, String name, Map<String, Object> query) {
        Map<String, Object> properties = new LinkedHashMap<>(query);
        properties.put(operation.equals("CREATE") ? "name" : "identity", name);
        return properties;
    }

    private static List<String> path(URI uri) throws HttpProblem {
        List<String> parts = new ArrayList<>();
        for (String part : uri.getRawPath().split("/")) {
            if (!part.isEmpty()) {
                parts.add(decoded(part));
            }
        }
        return parts;
    }

    /** Numbers, true and false are read as such; text that looks so goes into the body. */
    private static Map<String, Object> query(URI uri) throws HttpProblem {
        Map<String, Object> query = new LinkedHashMap<>();
        String raw = uri.getRawQuery();
        for (String pair : raw == null || raw.isEmpty() ? new String[0] : raw.split("&")) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String argument = decoded(name);
            if (SAID_BY_PATH.contains(argument)) {
                throw new HttpProblem(400, "\"" + argument + "\" is said by method and path, not by a parameter");
            }
            query.put(argument, value(equals < 0 ? "true" : decoded(pair.substring(equals + 1))));
        }
        return query;
    }

    private static Object value(String text) {
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        return text.matches("-?[0-9]{1,18}") ? (Object) Long.valueOf(text) : text;
    }

    /** A plus is one: this is no form. */
    private static String decoded(String text) throws HttpProblem {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new HttpProblem(400, "\"" + text + "\" is no text of a URI: " + e.getMessage());
        }
    }
}
