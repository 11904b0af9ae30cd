package io.sluice.server.config;

import io.sluice.broker.Divert;
import io.sluice.broker.NamePattern;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.definitions.Policy;
import io.sluice.broker.shard.Placement;
import java.util.List;

/**
 * Which queues there are: those declared, and what becomes of a name nobody declared. Immutable, any thread.
 *
 * @param autoCreate names that are created when a client first uses them
 * @param templates what a queue of a matching name is; the first that matches counts
 * @param declared queues that exist from the start
 * @param placement which shard has queues and topics of a matching name; the first that matches counts
 * @param diverts by which messages go elsewhere, too or only
 */
public record QueueRules(
        List<NamePattern> autoCreate,
        List<QueueTemplate> templates,
        List<QueueDefinition> declared,
        List<PlacementRule> placement,
        List<Divert> diverts) {
    public QueueRules {
        autoCreate = List.copyOf(autoCreate);
        templates = List.copyOf(templates);
        declared = List.copyOf(declared);
        placement = List.copyOf(placement);
        diverts = List.copyOf(diverts);
    }

    /** The same for another virtual host, which has one shard, and no queues from the start. */
    QueueRules withoutDeclared() {
        return new QueueRules(autoCreate, templates, List.of(), List.of(), List.of());
    }

    /** @param shard its number, from 0 */
    public record PlacementRule(NamePattern pattern, int shard) {}

    Placement placement(int shards) {
        return new Placement(
                shards,
                placement.stream()
                        .map(rule -> new Placement.Rule(rule.pattern::matches, rule.shard))
                        .toList());
    }

    /** @param definition of the queues it makes, under any name */
    public record QueueTemplate(NamePattern pattern, QueueDefinition definition) {}

    /** Whether a client that uses the name creates the queue. */
    public boolean createsOnUse(String name) {
        return name.length() <= QueueDefinition.MAX_NAME_LENGTH
                && autoCreate.stream().anyMatch(pattern -> pattern.matches(name));
    }

    /** A queue of which nothing is said, under any name. */
    public static QueueDefinition plain() {
        return Defaults.QUEUE;
    }

    /** Whether it stands among those declared. */
    public boolean declares(String name) {
        return declared.stream().anyMatch(queue -> queue.name().equals(name));
    }

    /** What a queue of this name is where nobody says more: as declared, by template, or the default. */
    public QueueDefinition definition(String name) {
        for (QueueDefinition queue : declared) {
            if (queue.name().equals(name)) {
                return queue;
            }
        }
        for (QueueTemplate template : templates) {
            if (template.pattern.matches(name)) {
                return named(template.definition, name);
            }
        }
        return named(Defaults.QUEUE, name);
    }

    static QueueDefinition named(QueueDefinition definition, String name) {
        return Policy.named(definition, name);
    }
}
