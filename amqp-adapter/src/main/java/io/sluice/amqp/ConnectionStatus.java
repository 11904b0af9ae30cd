package io.sluice.amqp;

/**
 * An open connection as an administrator sees it at one instant.
 *
 * @param number from 1, not used again while the broker runs
 * @param container the peer's container-id
 * @param user who it is
 * @param virtualHost the one it has opened
 * @param client what the peer says it is, "" where it says nothing
 * @param openedAtMillis epoch milliseconds
 * @param idleTimeoutMillis the peer's, 0 for none
 * @param in what the peer sent
 * @param out what it was sent
 */
public record ConnectionStatus(
        long number,
        String container,
        String remoteAddress,
        User user,
        String virtualHost,
        Client client,
        long openedAtMillis,
        long idleTimeoutMillis,
        int sessions,
        int links,
        Transferred in,
        Transferred out) {
    /** @param virtualHost whose user it is; "/": the broker's */
    public record User(String name, String virtualHost) {}

    /** Properties of the peer's open. */
    public record Client(String product, String version, String hostname) {}

    /** @param bytes of messages, without the frames around them */
    public record Transferred(long messages, long bytes) {}
}
