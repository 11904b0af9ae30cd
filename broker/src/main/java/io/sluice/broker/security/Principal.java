package io.sluice.broker.security;

/**
 * Who a connection acts for.
 *
 * @param name the user's name; "anonymous" for a peer that gave none
 */
public record Principal(String name) {
    public static final Principal ANONYMOUS = new Principal("anonymous");
}
