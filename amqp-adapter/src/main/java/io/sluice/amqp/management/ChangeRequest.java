package io.sluice.amqp.management;

import io.sluice.amqp.AuditedChange.What;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a request would change, as the audit trail has it. */
final class ChangeRequest {
    /** What tells apart what has no name yet, and where messages go. None of them is ever a secret. */
    private static final List<String> MORE =
            List.of("to", "source", "destination", "key", "topic", "container", "reason");

    private ChangeRequest() {}

    /** @return empty: it looks, and changes nothing */
    static Optional<What> of(ManagementRequest request) throws ManagementException {
        if (ManagementAccess.looks(request.operation())) {
            return Optional.empty();
        }
        Map<String, String> more = new LinkedHashMap<>();
        for (String argument : MORE) {
            request.shown(argument).ifPresent(value -> more.put(argument, value));
        }
        String name = request.text("identity").or(() -> request.shown("name")).orElse("");
        return Optional.of(new What(request.operation(), request.type().orElse(""), name, more));
    }
}
