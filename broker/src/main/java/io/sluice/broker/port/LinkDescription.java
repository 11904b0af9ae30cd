package io.sluice.broker.port;

/**
 * Which link somebody else's answer speaks of, and what it asks for. For administrators; nothing is decided by it.
 *
 * @param identity of the link in the front end, "" where it has none
 * @param name as its peer gave it
 * @param container of its connection
 * @param remoteAddress of its connection
 * @param filter what it selects by, in the peer's words; "" where it takes everything
 */
public record LinkDescription(String identity, String name, String container, String remoteAddress, String filter) {
    /** Of one nobody knows more about. */
    public static final LinkDescription UNKNOWN = new LinkDescription("", "", "", "", "");
}
