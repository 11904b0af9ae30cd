package io.sluice.broker.security;

import io.sluice.broker.NamePattern;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a user may do, and with which addresses; what is not said is not allowed. Immutable, any thread.
 *
 * @param patterns of addresses by action, up to {@link #MAX_PATTERNS} each
 */
public record Permissions(Map<Action, List<NamePattern>> patterns) {
    /** Nothing at all. */
    public static final Permissions NONE = new Permissions(Map.of());

    public static final int MAX_PATTERNS = 100;
    public static final int MAX_PATTERN_LENGTH = 255;

    public enum Action {
        /** To queues and topics. */
        SEND,
        /** Take messages from queues, and subscribe to topics. */
        RECEIVE,
        /** Look at messages of queues without taking them. */
        BROWSE,
        /** Queues that come to be by being used, and dynamic nodes. */
        CREATE,
        /** Change things over {@code $management}. */
        MANAGE;

        /** As it is written in the configuration. */
        public String shown() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @throws IllegalArgumentException too many patterns, or one that is too long */
    public Permissions {
        Map<Action, List<NamePattern>> copy = new EnumMap<>(Action.class);
        patterns.forEach((action, some) -> {
            if (some.size() > MAX_PATTERNS) {
                throw new IllegalArgumentException("permissions have up to " + MAX_PATTERNS + " patterns of addresses"
                        + " to " + action.shown() + ", not " + some.size());
            }
            for (NamePattern pattern : some) {
                int length = pattern.text().length();
                if (length < 1 || length > MAX_PATTERN_LENGTH) {
                    throw new IllegalArgumentException("a pattern of addresses to " + action.shown() + " has 1 to "
                            + MAX_PATTERN_LENGTH + " characters, not " + length);
                }
            }
            if (!some.isEmpty()) {
                copy.put(action, List.copyOf(some));
            }
        });
        patterns = java.util.Collections.unmodifiableMap(copy);
    }

    /** What either allows. @throws IllegalArgumentException too many patterns together */
    public Permissions or(Permissions other) {
        Map<Action, List<NamePattern>> both = new EnumMap<>(Action.class);
        for (Action action : Action.values()) {
            both.put(
                    action,
                    Stream.of(this, other)
                            .flatMap(one -> one.patterns.getOrDefault(action, List.of()).stream())
                            .distinct()
                            .toList());
        }
        return new Permissions(both);
    }

    public boolean allow(Action action, String address) {
        for (NamePattern pattern : patterns.getOrDefault(action, List.of())) {
            if (pattern.matches(address)) {
                return true;
            }
        }
        return false;
    }
}
