package io.sluice.server.config;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration cannot be used. Nothing was started and nothing was touched. */
public final class ConfigurationException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /** @param problems all of the file, in its order; at least one */
    public ConfigurationException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("; ")));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }
}
