package io.sluice.amqp;

/** What went over one link, and with it over its connection. The connection's event loop. */
final class LinkCount {
    /** Of the link on its connection, from 1. */
    final int number;
    /** Epoch milliseconds. */
    final long attachedAtMillis;

    private final Traffic connection;
    long messages;
    long bytes;

    LinkCount(int number, long attachedAtMillis, Traffic connection) {
        this.number = number;
        this.attachedAtMillis = attachedAtMillis;
        this.connection = connection;
    }

    /** A transfer, of a delivery that goes on or ends with it. @param bytes of the payload */
    void transfer(int payloadBytes, boolean ends) {
        bytes += payloadBytes;
        connection.bytes += payloadBytes;
        if (ends) {
            messages++;
            connection.messages++;
        }
    }

    /** Of all links of a connection that go one way. */
    static final class Traffic {
        long messages;
        long bytes;
    }
}
