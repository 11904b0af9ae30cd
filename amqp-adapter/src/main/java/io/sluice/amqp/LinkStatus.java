package io.sluice.amqp;

import io.sluice.broker.queue.Consumer;
import io.sluice.broker.shard.ShardMailbox;
import java.util.Optional;

/**
 * An attached link as an administrator sees it at one instant.
 *
 * @param connection number of its connection
 * @param number of the link on its connection, from 1
 * @param name as the peer gave it
 * @param peerSends whether the peer is the sender
 * @param terminus what is at our end
 * @param credit the receiver of the link has given and the sender not used
 * @param unsettled deliveries that are under way and not settled at both ends
 * @param transferred messages since the attach
 * @param attachedAtMillis epoch milliseconds
 * @param session channel of its session
 * @param handle what more is known of it
 */
public record LinkStatus(
        long connection,
        int number,
        String name,
        boolean peerSends,
        Terminus terminus,
        int credit,
        int unsettled,
        ConnectionStatus.Transferred transferred,
        long attachedAtMillis,
        int session,
        Handle handle) {
    /**
     * @param address "" for the anonymous terminus
     * @param filter what the peer selects by, "" for nothing
     * @param browses it looks at messages and takes none
     * @param senderSettleMode as it is in effect: unsettled, settled, mixed
     * @param receiverSettleMode first or second
     */
    public record Terminus(
            String address, String filter, boolean browses, String senderSettleMode, String receiverSettleMode) {}

    /**
     * @param consumer of the shard that a receiving peer is
     * @param shard whose consumer it is
     * @param creditWithheld why a sending peer is given no credit, "" where it is given
     */
    public record Handle(Optional<Consumer> consumer, Optional<ShardMailbox> shard, String creditWithheld) {
        static final Handle NONE = new Handle(Optional.empty(), Optional.empty(), "");
    }

    /** Its name in the whole broker, while that runs. */
    public String identity() {
        return connection + "." + number;
    }
}
