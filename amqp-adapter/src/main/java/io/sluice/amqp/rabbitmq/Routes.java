package io.sluice.amqp.rabbitmq;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which handler a request is for: by its path, then by its method. Immutable once built; any thread. */
final class Routes {
    private final List<Route> routes = new ArrayList<>();

    /** Answers one kind of request. */
    interface Handler {
        /** @param parts what the path has where its pattern has a {@code :}, decoded, or a {@code ~}, as it came */
        void handle(HttpRequest request, List<String> parts, HttpAnswer answer) throws HttpException;
    }

    /** @param pattern between its slashes */
    private record Route(String method, List<String> pattern, Handler handler) {
        boolean matches(List<String> path) {
            if (path.size() != pattern.size()) {
                return false;
            }
            for (int at = 0; at < path.size(); at++) {
                boolean open =
                        pattern.get(at).startsWith(":") || pattern.get(at).startsWith("~");
                if (open ? path.get(at).isEmpty() : !path.get(at).equals(pattern.get(at))) {
                    return false;
                }
            }
            return true;
        }

        List<String> parts(List<String> path) throws HttpException {
            List<String> parts = new ArrayList<>();
            for (int at = 0; at < path.size(); at++) {
                if (pattern.get(at).startsWith(":")) {
                    parts.add(HttpRequest.decode(path.get(at)));
                } else if (pattern.get(at).startsWith("~")) {
                    parts.add(path.get(at));
                }
            }
            return parts;
        }
    }

    /** @param pattern as {@code /queues/:queue}; earlier ones count before later ones */
    Routes on(String method, String pattern, Handler handler) {
        routes.add(new Route(method, List.of(pattern.substring(1).split("/")), handler));
        return this;
    }

    /** @throws HttpException there is no such path, or it has no such method */
    void handle(HttpRequest request, HttpAnswer answer) throws HttpException {
        Set<String> methods = new LinkedHashSet<>();
        for (Route route : routes) {
            if (route.matches(request.path())) {
                if (route.method.equals(request.method())) {
                    List<String> parts = route.parts(request.path());
                    handle(route.handler, request, parts, answer.to(HttpChange.of(request, parts)));
                    return;
                }
                methods.add(route.method);
            }
        }
        String path = "/" + String.join("/", request.path());
        if (methods.isEmpty()) {
            throw new HttpException(HttpStatus.NOT_FOUND, "there is nothing at " + path);
        }
        throw new HttpException(
                HttpStatus.METHOD_NOT_ALLOWED,
                path + " takes " + String.join(", ", methods) + ", not " + request.method());
    }

    private static void handle(Handler handler, HttpRequest request, List<String> parts, HttpAnswer answer) {
        try {
            handler.handle(request, parts, answer);
        } catch (HttpException e) {
            answer.refuse(e);
        }
    }
}
