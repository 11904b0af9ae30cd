package io.sluice.amqp.management;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** GET-TYPES, GET-ATTRIBUTES and GET-OPERATIONS: what there is to manage, by entity type. */
final class Describe implements Operation {
    private final String name;
    private final Supplier<Map<String, ?>> byType;

    Describe(String name, Supplier<Map<String, ?>> byType) {
        this.name = name;
        this.byType = byType;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> arguments() {
        return List.of("entityType");
    }

    @Override
    public void run(ManagementRequest request, Answer answer) throws ManagementException {
        Map<String, ?> all = byType.get();
        String type = request.text("entityType").orElse("");
        if (type.isEmpty()) {
            answer.give(Status.OK, "OK", all);
        } else if (all.containsKey(type)) {
            answer.give(Status.OK, "OK", Map.of(type, all.get(type)));
        } else {
            throw new ManagementException(Status.NOT_FOUND, "there is no entity type '" + type + "'");
        }
    }
}
