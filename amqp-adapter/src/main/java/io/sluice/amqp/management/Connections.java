package io.sluice.amqp.management;

import io.sluice.amqp.ConnectionRegistry;
import io.sluice.amqp.ConnectionStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Entity type {@code connection}: open connections by number. DELETE closes one with {@code amqp:connection:forced}. */
final class Connections implements Listing {
    static final String TYPE = "connection";

    private static final Map<String, Function<ConnectionStatus, Object>> ATTRIBUTES = attributesByName();

    private final ConnectionRegistry registry;

    Connections(ConnectionRegistry registry) {
        this.registry = registry;
    }

    EntityType type() {
        return EntityType.of(
                TYPE,
                attributes(),
                new SimpleOperation("READ", List.of(), this::read),
                new SimpleOperation("DELETE", List.of("reason"), this::close));
    }

    private static Map<String, Function<ConnectionStatus, Object>> attributesByName() {
        Map<String, Function<ConnectionStatus, Object>> all = new LinkedHashMap<>();
        all.put("name", ConnectionStatus::remoteAddress);
        all.put("identity", status -> Long.toString(status.number()));
        all.put("type", status -> TYPE);
        all.put("container", ConnectionStatus::container);
        all.put("remoteAddress", ConnectionStatus::remoteAddress);
        all.put("user", status -> status.user().name());
        all.put("userOf", status -> status.user().virtualHost());
        all.put("virtualHost", ConnectionStatus::virtualHost);
        all.put("hostname", status -> status.client().hostname());
        all.put("product", status -> status.client().product());
        all.put("productVersion", status -> status.client().version());
        all.put("openedAtMillis", ConnectionStatus::openedAtMillis);
        all.put("idleTimeoutMillis", ConnectionStatus::idleTimeoutMillis);
        all.put("sessions", ConnectionStatus::sessions);
        all.put("links", ConnectionStatus::links);
        all.put("messagesIn", status -> status.in().messages());
        all.put("bytesIn", status -> status.in().bytes());
        all.put("messagesOut", status -> status.out().messages());
        all.put("bytesOut", status -> status.out().bytes());
        return all;
    }

    @Override
    public List<String> attributes() {
        return List.copyOf(ATTRIBUTES.keySet());
    }

    private static Map<String, Object> describe(ConnectionStatus status) {
        Map<String, Object> values = new LinkedHashMap<>();
        ATTRIBUTES.forEach((name, read) -> values.put(name, read.apply(status)));
        return values;
    }

    @Override
    public void page(Page page, Consumer<Rows> then) {
        List<Long> all = registry.numbers();
        new Asking(page.of(all), all.size(), then).goOn();
    }

    /** One connection after the other, each on its event loop. */
    private final class Asking {
        private final List<Long> numbers;
        private final long total;
        private final Consumer<Rows> then;
        private final List<Map<String, Object>> rows = new ArrayList<>();
        private int next;

        Asking(List<Long> numbers, long total, Consumer<Rows> then) {
            this.numbers = numbers;
            this.total = total;
            this.then = then;
        }

        void goOn() {
            while (next < numbers.size()) {
                boolean asked = registry.status(numbers.get(next++), status -> {
                    status.ifPresent(there -> rows.add(describe(there)));
                    goOn();
                });
                if (asked) {
                    return;
                }
            }
            then.accept(new Rows(rows, total));
        }
    }

    private void read(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        boolean asked = registry.status(number(request), status -> {
            if (status.isPresent()) {
                answer.give(Status.OK, "OK", describe(status.get()));
            } else {
                answer.refuse(none(name));
            }
        });
        if (!asked) {
            throw none(name);
        }
    }

    private void close(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        String reason = request.textArgument("reason").orElse("closed by an administrator");
        boolean asked = registry.close(number(request), reason, was -> {
            if (was) {
                answer.give(Status.NO_CONTENT, "No Content", Map.of());
            } else {
                answer.refuse(none(name));
            }
        });
        if (!asked) {
            throw none(name);
        }
    }

    /** By identity, or by name: where the peer connects from. */
    private long number(ManagementRequest request) throws ManagementException {
        Optional<String> identity = request.text("identity");
        if (identity.isEmpty()) {
            String name = request.name();
            return registry.from(name).orElseThrow(() -> none(name));
        }
        try {
            return Long.parseLong(identity.get());
        } catch (NumberFormatException e) {
            throw none(identity.get());
        }
    }

    private static ManagementException none(String name) {
        return new ManagementException(Status.NOT_FOUND, "there is no connection '" + name + "'");
    }
}
