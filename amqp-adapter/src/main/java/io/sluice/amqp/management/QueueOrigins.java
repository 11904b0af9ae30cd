package io.sluice.amqp.management;

import io.sluice.broker.Origin;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Where each setting of a queue comes from. */
public final class QueueOrigins {
    private QueueOrigins() {}

    /** What was asked for, with the settings in which it is another than its template as said of it itself. */
    public static QueueDefinition marked(QueueDefinition template, QueueDefinition asked) {
        Map<String, Object> before = settings(template);
        List<String> others = new ArrayList<>();
        settings(asked).forEach((name, value) -> {
            if (!Objects.equals(value, before.get(name))) {
                others.add(name);
            }
        });
        return asked.withOrigin(template.origin().with(others));
    }

    /** The definition, with what a request says of it as said of it itself. */
    static QueueDefinition explicit(QueueDefinition definition, Map<?, ?> said) {
        List<String> names =
                QueueArguments.NAMES.stream().filter(said::containsKey).toList();
        return definition.withOrigin(definition.origin().with(names));
    }

    private static Map<String, Object> settings(QueueDefinition definition) {
        Map<String, Object> all = QueueAttributes.of(
                new QueueStatus(definition, 0, List.of(), 0, 0, 0, 0, 0, 0, 0, 0, QueueStatus.Paused.NOT));
        all.keySet().retainAll(QueueArguments.NAMES);
        return all;
    }

    /**
     * By setting: {@code explicit}, {@code policy NAME}, {@code template PATTERN}, {@code configuration}, {@code default}; {@code unknown} where a
     * queue is of an earlier version and this is no default.
     *
     * @param plain a queue of which nothing is said
     */
    static Map<String, Object> shown(QueueDefinition definition, QueueDefinition plain) {
        Origin origin = definition.origin();
        String others = switch (origin.source()) {
            case NONE -> "unknown";
            case CONFIGURATION -> "configuration";
            case TEMPLATE -> "template " + origin.name();
            case POLICY -> "policy " + origin.name();
        };
        Map<String, Object> defaults = settings(plain);
        Map<String, Object> shown = new LinkedHashMap<>();
        settings(definition).forEach((name, value) -> {
            String where = Objects.equals(value, defaults.get(name)) ? "default" : others;
            shown.put(name, origin.explicit().contains(name) ? "explicit" : where);
        });
        return shown;
    }
}
