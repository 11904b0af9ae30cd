package io.sluice.amqp;

import io.sluice.broker.Message;
import java.util.HashMap;
import java.util.Map;

/** Where answers of local nodes go on this connection: links from the node by the address their target names. */
final class NodeReplies {
    private final Map<String, NodeReplyLink> links = new HashMap<>();

    void add(String address, NodeReplyLink link) {
        links.put(address, link);
    }

    void remove(String address, NodeReplyLink link) {
        links.remove(address, link);
    }

    /** An answer nobody listens for is dropped: its asker is gone or has named no way back. */
    void send(String address, Message reply) {
        NodeReplyLink link = links.get(address);
        if (link != null) {
            link.send(reply);
        }
    }
}
