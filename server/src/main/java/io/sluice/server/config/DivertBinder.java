package io.sluice.server.config;

import io.sluice.amqp.filter.InvalidFilterException;
import io.sluice.amqp.filter.StoredFilter;
import io.sluice.broker.Divert;
import io.sluice.broker.NamePattern;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Subscription.Selection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads {@code queues.diverts}. */
final class DivertBinder {
    private static final Map<String, NodeKind> KINDS = Map.of("queue", NodeKind.QUEUE, "topic", NodeKind.TOPIC);

    private DivertBinder() {}

    static List<Divert> diverts(List<Section> sections) {
        List<Divert> diverts = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Section section : sections) {
            String name = ConfigurationBinder.required(section, "name");
            if (section.has("name") && !names.add(name)) {
                section.problem("name", "is \"" + name + "\", which another divert has already");
            }
            NodeKind kind = section.choice("of", KINDS, NodeKind.QUEUE);
            NamePattern pattern = new NamePattern(ConfigurationBinder.required(section, "pattern"));
            Selection selection = selection(section);
            NodeKind toKind = section.choice("toA", KINDS, NodeKind.QUEUE);
            String to = ConfigurationBinder.required(section, "to");
            boolean exclusive = section.flag("exclusive", false);
            if (section.has("to")) {
                try {
                    diverts.add(new Divert(name, kind, pattern, selection, toKind, to, exclusive));
                } catch (IllegalArgumentException e) {
                    section.problem("to", "leads nowhere: " + e.getMessage());
                }
            }
            section.end();
        }
        return diverts;
    }

    private static Selection selection(Section section) {
        String selector = section.textOrNone("selector", "");
        String sql = section.textOrNone("sql", "");
        if (!selector.isEmpty() && !sql.isEmpty()) {
            section.problem("sql", "is given beside a selector; one of them is enough");
        }
        try {
            if (!sql.isEmpty()) {
                return StoredFilter.ofSql(sql);
            }
            return selector.isEmpty() ? Selection.ALL : StoredFilter.ofSelector(selector);
        } catch (InvalidFilterException e) {
            section.problem(sql.isEmpty() ? "selector" : "sql", "cannot be read: " + e.getMessage());
            return Selection.ALL;
        }
    }
}
