package io.sluice.amqp.token;

import io.sluice.broker.security.Permissions.Action;
import java.util.Locale;
import java.util.Optional;

/**
 * What a token is made out for: an entity of a broker, or all of them, as the URI {@code amqp://host/entity}. The scheme and the port are of no
 * account, nor are upper and lower case. Immutable.
 *
 * @param path of the entity, without slashes at its ends; "" for all
 */
public record TokenAudience(String host, String path) {
    private static final String SUBSCRIPTIONS = "/subscriptions/";

    /** Empty where the text names no host. */
    public static Optional<TokenAudience> parse(String uri) {
        int scheme = uri.indexOf("://");
        String rest = scheme < 0 ? uri : uri.substring(scheme + 3);
        int slash = rest.indexOf('/');
        String host = (slash < 0 ? rest : rest.substring(0, slash)).replaceFirst(":[0-9]+$", "");
        String path = slash < 0 ? "" : rest.substring(slash);
        return host.isEmpty()
                ? Optional.empty()
                : Optional.of(new TokenAudience(host.toLowerCase(Locale.ROOT), trimmed(path)));
    }

    private static String trimmed(String path) {
        return path.replaceFirst("^/+", "").replaceFirst("/+$", "").toLowerCase(Locale.ROOT);
    }

    /** Whether what is made out for this is good for the other: the same entity, or one below it. */
    public boolean covers(TokenAudience other) {
        return host.equals(other.host) && isAtOrBelow(path, other.path);
    }

    /**
     * Whether it lets its bearer do something with an address. {@code orders} covers what is below it, {@code orders/$management} is as good as
     * {@code orders}, and {@code news/subscriptions/anna} lets one receive from the topic {@code news}.
     */
    public boolean covers(Action action, String address) {
        String wanted = trimmed(address);
        String entity = withoutParts(path);
        boolean reads = action == Action.RECEIVE || action == Action.BROWSE;
        int subscription = entity.indexOf(SUBSCRIPTIONS);
        return isAtOrBelow(entity, wanted)
                || (reads && subscription > 0 && wanted.equals(entity.substring(0, subscription)));
    }

    private static boolean isAtOrBelow(String above, String path) {
        return above.isEmpty() || path.equals(above) || path.startsWith(above + "/");
    }

    /** Parts of an entity begin with a dollar. */
    private static String withoutParts(String path) {
        int part = path.indexOf("/$");
        return part < 0 ? path : path.substring(0, part);
    }
}
