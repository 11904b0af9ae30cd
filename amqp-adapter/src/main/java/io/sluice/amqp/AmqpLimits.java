package io.sluice.amqp;

import io.sluice.broker.shard.TemporaryLink;
import io.sluice.broker.transaction.TransactionLimits;
import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * What one connection may use. Everything a peer can make grow has a number here.
 *
 * @param maxFrameBytes largest frame we take and send, 512 or more (AMQP 1.0 §2.7.1); also the size of both buffers
 * @param maxMessageBytes largest message a producer may send (§2.7.3 max-message-size)
 * @param idleTimeoutMillis silence after which a peer counts as dead; half of it is what the peer is told (§2.4.5); 0 for never
 * @param openTimeoutMillis from the connect to the peer's open
 * @param endpoints its sessions and links
 * @param flow how far its links may run ahead
 * @param transactions what its transactions may take
 * @param dynamicNodes nodes that links may ask for
 */
@RecordBuilder
public record AmqpLimits(
        int maxFrameBytes,
        int maxMessageBytes,
        int idleTimeoutMillis,
        int openTimeoutMillis,
        Endpoints endpoints,
        Flow flow,
        TransactionLimits transactions,
        DynamicNodes dynamicNodes)
        implements AmqpLimitsBuilder.With {
    private static final int MIN_FRAME_BYTES = 512;
    private static final int MAX_SESSIONS = 65_536;
    private static final int MIB = 1 << 20;

    public static final AmqpLimits DEFAULT = new AmqpLimits(
            64 * 1024,
            16 * MIB,
            60_000,
            10_000,
            Endpoints.DEFAULT,
            Flow.DEFAULT,
            TransactionLimits.DEFAULT,
            DynamicNodes.DEFAULT);

    public AmqpLimits {
        if (maxFrameBytes < MIN_FRAME_BYTES) {
            throw new IllegalArgumentException("maxFrameBytes is 512 or more, not " + maxFrameBytes);
        }
        if (maxMessageBytes < 1) {
            throw new IllegalArgumentException("maxMessageBytes is 1 or more, not " + maxMessageBytes);
        }
        if (idleTimeoutMillis < 0 || openTimeoutMillis < 1) {
            throw new IllegalArgumentException("a time-out is positive");
        }
    }

    /**
     * Sessions and links of a connection.
     *
     * @param maxSessions channel-max is one less (AMQP 1.0 §2.7.1), 1 to 65536
     * @param maxLinks over all its sessions, 1 or more
     * @param maxHandle highest handle of a session (§2.7.2 handle-max), 0 or more
     * @param maxLinkNameChars longest link name, 1 or more
     */
    public record Endpoints(int maxSessions, int maxLinks, int maxHandle, int maxLinkNameChars) {
        public static final Endpoints DEFAULT = new Endpoints(256, 1024, 65_535, 1024);

        public Endpoints {
            if (maxSessions < 1 || maxSessions > MAX_SESSIONS) {
                throw new IllegalArgumentException("maxSessions is 1 to 65536, not " + maxSessions);
            }
            if (maxLinks < 1 || maxHandle < 0 || maxLinkNameChars < 1) {
                throw new IllegalArgumentException("a limit of links is 1 or more, the highest handle 0 or more");
            }
        }
    }

    /**
     * How far the links of a connection may run ahead, together and each.
     *
     * @param incoming of a link whose peer sends
     * @param outgoing of a link whose peer receives
     * @param maxUnsettledPerLink deliveries a consumer may have in hand, 1 or more
     * @param maxUnansweredBytes of messages sent to a shard and not answered yet; beyond, the connection is not read
     * @param maxPartialBytes of messages whose last transfer has not come, over all links of a connection
     */
    public record Flow(
            Window incoming, Window outgoing, int maxUnsettledPerLink, long maxUnansweredBytes, long maxPartialBytes) {
        public static final Flow DEFAULT =
                new Flow(new Window(1000, 16L * MIB), new Window(256, 2L * MIB), 65_536, 64L * MIB, 64L * MIB);

        public Flow {
            if (maxUnsettledPerLink < 1) {
                throw new IllegalArgumentException("maxUnsettledPerLink is 1 or more, not " + maxUnsettledPerLink);
            }
        }
    }

    /**
     * How far a link may run ahead.
     *
     * @param messages in flight
     * @param bytes of the messages in flight, as far as their size can be told beforehand
     */
    public record Window(int messages, long bytes) {
        public Window {
            if (messages < 1 || bytes < 1) {
                throw new IllegalArgumentException("a window is 1 or more");
            }
        }
    }

    /**
     * Nodes that links ask for (AMQP 1.0 §3.5.3, §3.5.4).
     *
     * @param ofConnection of one connection, 1 or more
     * @param ofBroker of all connections, 1 or more
     * @param maxTimeoutSeconds longest that such a node waits for its link to come back, 0 or more
     */
    public record DynamicNodes(int ofConnection, int ofBroker, int maxTimeoutSeconds) {
        public static final DynamicNodes DEFAULT = new DynamicNodes(1000, 50_000, 3600);

        public DynamicNodes {
            if (ofConnection < 1 || ofBroker < 1 || maxTimeoutSeconds < 0) {
                throw new IllegalArgumentException("limits are 1 or more, a time-out is 0 or more");
            }
        }

        TemporaryLink.Limits limits() {
            return new TemporaryLink.Limits(ofConnection, ofBroker);
        }
    }

    public AmqpLimits withTimeouts(int idleMillis, int openMillis) {
        return with(changed -> changed.idleTimeoutMillis(idleMillis).openTimeoutMillis(openMillis));
    }

    public AmqpLimits withSessionsAndLinks(int sessions, int links) {
        return withEndpoints(new Endpoints(sessions, links, endpoints.maxHandle, endpoints.maxLinkNameChars));
    }

    public AmqpLimits withWindows(Window incoming, Window outgoing) {
        return withFlow(
                new Flow(incoming, outgoing, flow.maxUnsettledPerLink, flow.maxUnansweredBytes, flow.maxPartialBytes));
    }
}
