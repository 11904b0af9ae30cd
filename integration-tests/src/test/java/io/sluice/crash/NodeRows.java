package io.sluice.crash;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.exceptions.ClientException;

/** What the management of a cluster says of its nodes. */
final class NodeRows {
    private static final String MANAGEMENT = "$management";
    private static final long WAIT_SECONDS = 20;

    private NodeRows() {}

    /** How many have all of the journal, the primary among them. */
    static long caughtUp(Connection connection) throws ClientException {
        try (Receiver answers = connection.openReceiver(MANAGEMENT);
                Sender requests = connection.openSender(MANAGEMENT)) {
            Message<Map<String, Object>> request =
                    Message.create(Map.of("attributeNames", List.of("role", "lagRecords")));
            request.replyTo(MANAGEMENT)
                    .messageId("nodes")
                    .property("operation", "QUERY")
                    .property("type", "node")
                    .property("entityType", "node")
                    .property("offset", 0)
                    .property("count", 100);
            requests.send(request);
            Delivery delivery = answers.receive(WAIT_SECONDS, TimeUnit.SECONDS);
            if (delivery == null || !(delivery.message().body() instanceof Map<?, ?> answer)) {
                return 0;
            }
            return ((List<?>) answer.get("results"))
                    .stream().filter(NodeRows::isCaughtUp).count();
        }
    }

    private static boolean isCaughtUp(Object row) {
        List<?> values = (List<?>) row;
        return List.of("primary", "backup").contains(values.get(0))
                && Long.valueOf(0).equals(values.get(1));
    }
}
