package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The order in which messages of a queue come: of one connection and priority as they were sent. Of two connections of one client only those of
 * the first that it knew to be accepted come first: the others may still be on their way when the second is open already, through another node.
 */
final class SentOrder {
    private final ClientAccounts accounts;
    private final Map<List<Object>, Integer> last = new HashMap<>();
    private final Map<List<Object>, Integer> highest = new HashMap<>();

    SentOrder(ClientAccounts accounts) {
        this.accounts = accounts;
    }

    void check(SentMessage message) {
        if (message.scheduled()) {
            return;
        }
        Integer before = last.put(List.of(message.producer(), message.urgent()), message.number());
        assertTrue(before == null || before < message.number(), () -> message.id() + " after number " + before);
        int most = highest.merge(List.of(message.client(), message.urgent()), message.number(), Math::max);
        assertTrue(
                most == message.number() || !accounts.isAccepted(message),
                () -> message.id() + ", which was accepted, after number " + most);
    }
}
