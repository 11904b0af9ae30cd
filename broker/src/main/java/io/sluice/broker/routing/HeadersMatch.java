package io.sluice.broker.routing;

import io.sluice.broker.Arguments;
import io.sluice.broker.ExchangeBinding;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * What a binding of a headers exchange wants: that all of its arguments, or any of them, are headers of the message. One without a value
 * asks only that the header is there. Those that begin with {@code x-} count where {@code x-match} says so. Immutable.
 */
final class HeadersMatch {
    /** Values of {@code x-match}. */
    private static final List<String> MODES = List.of("all", "any", "all-with-x", "any-with-x");

    private static final String WITH_X = "-with-x";
    private static final String X = "x-";

    private final boolean all;
    private final List<Map.Entry<String, Object>> wanted;

    private HeadersMatch(Map<String, Object> arguments) {
        String mode = mode(arguments);
        boolean withX = mode.endsWith(WITH_X);
        this.all = mode.startsWith("all");
        this.wanted = arguments.entrySet().stream()
                .filter(argument -> !argument.getKey().equals(ExchangeBinding.MATCH))
                .filter(argument -> withX || !argument.getKey().startsWith(X))
                .toList();
    }

    /** @throws IllegalArgumentException the arguments have an {@code x-match} that is not known */
    static HeadersMatch of(Map<String, Object> arguments) {
        return new HeadersMatch(arguments);
    }

    private static String mode(Map<String, Object> arguments) {
        Object mode = arguments.containsKey(ExchangeBinding.MATCH) ? arguments.get(ExchangeBinding.MATCH) : "all";
        if (mode instanceof String text && MODES.contains(text)) {
            return text;
        }
        throw new IllegalArgumentException("argument '" + ExchangeBinding.MATCH + "' is one of "
                + String.join(", ", MODES) + ", not '" + mode + "'");
    }

    /** @param headers by name, null where there is none */
    boolean matches(Function<String, Object> headers) {
        for (Map.Entry<String, Object> one : wanted) {
            Object header = Arguments.value(headers.apply(one.getKey()));
            boolean is = header != null && (one.getValue() == null || Objects.equals(one.getValue(), header));
            if (is != all) {
                return is;
            }
        }
        return all;
    }
}
