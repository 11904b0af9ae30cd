package io.sluice.server.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Collects what is wrong in one file, so that all of it is reported at once. */
final class Problems {
    private static final int SHOWN_CHARACTERS = 40;

    private final String file;
    private final List<Problem> found = new ArrayList<>();

    Problems(String file) {
        this.file = file;
    }

    /** @param at where; null for the file as a whole */
    void add(Node at, String text) {
        Mark mark = at == null ? null : at.getStartMark().orElse(null);
        add(mark, text);
    }

    void add(Mark mark, String text) {
        found.add(
                mark == null
                        ? new Problem(file, 0, 0, text)
                        : new Problem(file, mark.getLine() + 1, mark.getColumn() + 1, text));
    }

    /** @throws ConfigurationException there are any */
    void throwIfAny() throws ConfigurationException {
        if (!found.isEmpty()) {
            found.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
            throw new ConfigurationException(found);
        }
    }

    static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }

    /** A key with nothing behind it, or no node at all. */
    static boolean isNothing(Node node) {
        return node == null || node.getTag().equals(Tag.NULL);
    }

    /** The value as an error shows it: short, on one line. */
    static String shown(Node node) {
        if (isNothing(node)) {
            return "empty";
        }
        if (node instanceof ScalarNode scalar) {
            String text = scalar.getValue().replaceAll("\\p{Cntrl}", " ");
            return '"' + (text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "…" : text) + '"';
        }
        return node instanceof SequenceNode ? "a list" : "a mapping";
    }
}
