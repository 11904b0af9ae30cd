package io.sluice.server;

import io.sluice.broker.Refusal;
import io.sluice.storage.raft.RaftMember;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where another node of the cluster takes what is refused here (AMQP 1.0 §2.8.15, §2.8.18).
 *
 * @param scheme of the main ports of all nodes
 */
record Redirects(String scheme) {
    /**
     * @param kind of a redirect
     * @param what is there, as the beginning of a sentence
     */
    Refusal to(RaftMember node, Refusal.Kind kind, String what) {
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("hostname", node.clients().host());
        info.put("network-host", node.clients().host());
        info.put("port", (long) node.clients().port());
        info.put("scheme", scheme);
        return new Refusal(kind, what + node.id() + " at " + node.clients(), info);
    }
}
