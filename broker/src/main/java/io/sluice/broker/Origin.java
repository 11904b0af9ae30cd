package io.sluice.broker;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Where the settings of a queue come from. It means nothing beside them, and two definitions that differ in it alone are the same queue.
 *
 * @param source what they were before anybody said more of this queue
 * @param name of the policy or the template's pattern, up to 255 characters; "" where it is neither
 * @param explicit names of settings that were said of this queue itself, as administrators write them; sorted
 */
public record Origin(Source source, String name, List<String> explicit) {
    /** Defaults, or not known: the queue is of an earlier version. */
    public static final Origin NONE = new Origin(Source.NONE, "", List.of());

    private static final int MAX_EXPLICIT = 100;

    /** What a definition begins as. */
    public enum Source {
        /** Nothing that is known. */
        NONE,
        /** The configuration file declares the queue by its name. */
        CONFIGURATION,
        /** A template of the configuration file. */
        TEMPLATE,
        /** A policy. */
        POLICY
    }

    public Origin {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(name, "name");
        explicit = explicit.stream().distinct().sorted().toList();
        if (explicit.size() > MAX_EXPLICIT) {
            throw new IllegalArgumentException(explicit.size() + " settings of a queue");
        }
    }

    /** Nothing is said of the queue itself. */
    public static Origin of(Source source, String name) {
        return new Origin(source, name, List.of());
    }

    /** These are said of the queue itself, too. */
    public Origin with(List<String> settings) {
        return new Origin(
                source,
                name,
                Stream.concat(explicit.stream(), settings.stream()).toList());
    }

    /** Whether nothing is known. */
    public boolean isNone() {
        return equals(NONE);
    }
}
