package io.sluice.clients.protonj2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.exceptions.ClientException;

/** Who got which group: one consumer each, in order. */
final class GroupOwners {
    private final Map<String, Receiver> owners = new HashMap<>();
    private final Map<String, Integer> next = new HashMap<>();
    private int count;

    void took(Receiver receiver, Message<Object> message) throws ClientException {
        String group = message.groupId();
        Receiver owner = owners.putIfAbsent(group, receiver);
        assertSame(owner == null ? receiver : owner, receiver, group + " went to two consumers");
        assertEquals(next.merge(group, 1, Integer::sum) - 1, message.body());
        count++;
    }

    int count() {
        return count;
    }
}
