package io.sluice.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * One mapping of a configuration file, read key by key. Every method that reads a key makes it a known one and answers the
 * default where the file does not have it or has a wrong value, which is reported; {@link #end} reports the keys nobody read.
 */
final class Section {
    /** How a number without limit is written. */
    static final String UNLIMITED = "unlimited";

    private final Problems problems;
    private final String path;
    private final Node node;
    private final Map<String, NodeTuple> entries = new LinkedHashMap<>();
    private final Set<String> known = new TreeSet<>();

    /** @param node a mapping; nothing, where the file has none, is an empty one */
    Section(Problems problems, String path, Node node) {
        this.problems = problems;
        this.path = path;
        this.node = node;
        if (node instanceof MappingNode mapping) {
            mapping.getValue().forEach(this::enter);
        } else if (!Problems.isNothing(node)) {
            problems.add(
                    node, shortPath() + " is " + Problems.shown(node) + "; it must be a mapping of keys to values");
        }
    }

    private void enter(NodeTuple entry) {
        if (!(entry.getKeyNode() instanceof ScalarNode key)) {
            problems.add(entry.getKeyNode(), shortPath() + " has a key that is not a name");
        } else if (entries.putIfAbsent(key.getValue(), entry) != null) {
            int first = Problems.line(entries.get(key.getValue()).getKeyNode());
            problems.add(key, pathOf(key.getValue()) + " is given twice, first in line " + first);
        }
    }

    boolean has(String key) {
        return entries.containsKey(key);
    }

    /** Reports something about the value of a key, where that stands, or about the section where the key is missing. */
    void problem(String key, String text) {
        Node at = entries.containsKey(key) ? entries.get(key).getValueNode() : node;
        problems.add(at, pathOf(key) + " " + text);
    }

    Section section(String key) {
        return new Section(problems, pathOf(key), value(key));
    }

    /** The entries of a list of mappings; empty where the file does not have the key. */
    Optional<List<Section>> sections(String key) {
        return nodes(key).map(nodes -> {
            List<Section> sections = new ArrayList<>();
            for (Node entry : nodes) {
                sections.add(new Section(problems, pathOf(key) + "[" + sections.size() + "]", entry));
            }
            return sections;
        });
    }

    /** A list of texts, each at least one character; empty where the file does not have the key. */
    Optional<List<String>> texts(String key) {
        return nodes(key).map(nodes -> {
            List<String> texts = new ArrayList<>();
            for (Node entry : nodes) {
                if (entry instanceof ScalarNode scalar && !scalar.getValue().isEmpty()) {
                    texts.add(scalar.getValue());
                } else {
                    problems.add(
                            entry,
                            pathOf(key) + "[" + texts.size() + "] is " + Problems.shown(entry) + "; it must be a text");
                }
            }
            return texts;
        });
    }

    /** A set of some of these; empty where the file does not have the key. */
    <T> Optional<Set<T>> choices(String key, Map<String, T> choices) {
        return nodes(key).map(nodes -> {
            Set<T> chosen = new LinkedHashSet<>();
            for (int i = 0; i < nodes.size(); i++) {
                Node entry = nodes.get(i);
                if (entry instanceof ScalarNode scalar && choices.containsKey(scalar.getValue())) {
                    chosen.add(choices.get(scalar.getValue()));
                } else {
                    String allowed = String.join(", ", new TreeSet<>(choices.keySet()));
                    String text = "is " + Problems.shown(entry) + "; it must be one of " + allowed;
                    problems.add(entry, pathOf(key) + "[" + i + "] " + text);
                }
            }
            return chosen;
        });
    }

    /** A list of whole numbers; empty where the file does not have the key. */
    Optional<List<Integer>> numbers(String key, int least, int most) {
        return nodes(key).map(nodes -> {
            List<Integer> numbers = new ArrayList<>();
            for (Node entry : nodes) {
                String path = pathOf(key) + "[" + numbers.size() + "]";
                numbers.add(number(path, entry, new Range(least, most, false))
                        .orElse((long) least)
                        .intValue());
            }
            return numbers;
        });
    }

    /** A text of at least one character. */
    String text(String key, String fallback) {
        String text = textOrNone(key, fallback);
        if (text.isEmpty()) {
            problem(key, "is empty; it must be a text");
            return fallback;
        }
        return text;
    }

    /** A text, which may be empty. */
    String textOrNone(String key, String fallback) {
        Node value = value(key);
        if (value == null) {
            return fallback;
        }
        if (value instanceof ScalarNode scalar && !Problems.isNothing(value)) {
            return scalar.getValue();
        }
        problem(key, "is " + Problems.shown(value) + "; it must be a text");
        return fallback;
    }

    boolean flag(String key, boolean fallback) {
        return choice(key, Map.of("true", true, "false", false), fallback);
    }

    <T> T choice(String key, Map<String, T> choices, T fallback) {
        Node value = value(key);
        if (value == null) {
            return fallback;
        }
        if (value instanceof ScalarNode scalar && choices.containsKey(scalar.getValue())) {
            return choices.get(scalar.getValue());
        }
        String allowed = String.join(", ", new TreeSet<>(choices.keySet()));
        problem(key, "is " + Problems.shown(value) + "; it must be one of " + allowed);
        return fallback;
    }

    int number(String key, int least, int most, int fallback) {
        return (int) number(key, new Range(least, most, false), fallback);
    }

    long number(String key, Range range, long fallback) {
        Node value = value(key);
        return value == null ? fallback : number(pathOf(key), value, range).orElse(fallback);
    }

    private Optional<Long> number(String numberPath, Node value, Range range) {
        if (value instanceof ScalarNode scalar) {
            String text = scalar.getValue();
            if (range.orUnlimited && text.equals(UNLIMITED)) {
                return Optional.of(Configuration.UNLIMITED);
            }
            // 18 digits always fit a long.
            if (text.matches("-?[0-9]{1,18}")) {
                long number = Long.parseLong(text);
                if (number >= range.least && number <= range.most) {
                    return Optional.of(number);
                }
            }
        }
        problems.add(value, numberPath + " is " + Problems.shown(value) + "; it must be " + range);
        return Optional.empty();
    }

    /** What a number may be, both ends included. */
    record Range(long least, long most, boolean orUnlimited) {
        static Range atLeast(long least) {
            return new Range(least, Long.MAX_VALUE, false);
        }

        static Range atLeastOrUnlimited(long least) {
            return new Range(least, Long.MAX_VALUE, true);
        }

        @Override
        public String toString() {
            String span = most == Long.MAX_VALUE ? least + " or more" : "from " + least + " to " + most;
            return "a whole number, " + span + (orUnlimited ? ", or " + UNLIMITED : "");
        }
    }

    /** Reports every key that was not read. */
    void end() {
        for (Map.Entry<String, NodeTuple> entry : entries.entrySet()) {
            if (!known.contains(entry.getKey())) {
                String advice = NearestName.of(entry.getKey(), known)
                        .map(name -> "did you mean " + name + "?")
                        .orElse("the keys here are " + String.join(", ", known));
                problems.add(entry.getValue().getKeyNode(), pathOf(entry.getKey()) + " is not a known key; " + advice);
            }
        }
    }

    private Optional<List<Node>> nodes(String key) {
        Node value = value(key);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof SequenceNode sequence) {
            return Optional.of(sequence.getValue());
        }
        // A key whose entries are all commented out means none, not the default: it may be a list of users.
        if (!Problems.isNothing(value)) {
            problem(key, "is " + Problems.shown(value) + "; it must be a list");
        }
        return Optional.of(List.of());
    }

    private Node value(String key) {
        known.add(key);
        NodeTuple entry = entries.get(key);
        return entry == null ? null : entry.getValueNode();
    }

    private String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private String shortPath() {
        return path.isEmpty() ? "the file" : path;
    }
}
