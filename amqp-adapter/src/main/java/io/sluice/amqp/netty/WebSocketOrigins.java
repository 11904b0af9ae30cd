package io.sluice.amqp.netty;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/**
 * Whose web pages may connect. A browser lets any page of the world open a WebSocket to any address its user can reach, this
 * machine's included, and says where the page came from. Programs that are no browsers say nothing, or the address they connect to.
 *
 * @param allowed as browsers name them; {@code *} for all
 */
record WebSocketOrigins(Set<String> allowed) {
    /**
     * @param origin what the peer says; null for nothing
     * @param host what it calls us, with the port where that is not the usual one; may be null
     * @param protectedName nobody can have made that name point to us: a certificate says that it does
     * @param loopback the peer is on this machine
     */
    boolean allows(String origin, String host, boolean protectedName, boolean loopback) {
        if (origin == null || allowed.contains("*")) {
            return true;
        }
        String said = origin.toLowerCase(Locale.ROOT);
        if (allowed.stream().anyMatch(one -> one.toLowerCase(Locale.ROOT).equals(said))) {
            return true;
        }
        // The name of a page can be made to point to this machine while the page is open (DNS rebinding).
        String name = host == null ? "" : host.toLowerCase(Locale.ROOT);
        boolean ours = said.equals("http://" + name) || said.equals("https://" + name);
        return ours && (protectedName || !loopback || isAddress(name));
    }

    private static boolean isAddress(String host) {
        String name;
        try {
            name = new URI("ws://" + host).getHost();
        } catch (URISyntaxException e) {
            return false;
        }
        return name != null
                && (name.equals("localhost") || name.startsWith("[") || name.matches("[0-9]+(\\.[0-9]+){3}"));
    }
}
