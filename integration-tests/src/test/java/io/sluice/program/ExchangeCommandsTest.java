package io.sluice.program;

import static io.sluice.program.Operator.has;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands for exchanges, against the started program, and what is left of what they did when that is killed. */
final class ExchangeCommandsTest {
    @TempDir
    Path data;

    @Test
    void exchanges_are_declared_bound_and_there_after_a_kill_and_dead_letters_go_through_them() throws Exception {
        BrokerProcess killed = BrokerProcess.start(data);
        Operator before = Operator.of(killed);
        before.ok("exchange", "create", "dead", "--kind", "topic", "--auto-delete");
        before.ok("exchange", "create", "all", "--kind", "fanout");
        before.ok("queue", "create", "orders", "--dead-letter-exchange", "dead", "--dead-letter-routing-key", "o.late");
        before.ok("queue", "create", "one");
        before.ok("queue", "create", "two");
        before.ok("exchange", "bind", "dead", "one", "--key", "o.*");
        before.ok("exchange", "bind", "dead", "all", "--to-exchange", "--key", "#");
        before.ok("exchange", "bind", "all", "two", "--argument", "n=1");
        before.ok("send", "orders", "m");
        assertEquals(1, before.run("exchange", "bind", "dead", "nowhere").exitCode());
        assertEquals(1, before.run("exchange", "create", "dead").exitCode(), "it exists with another type");
        killed.kill();

        try (BrokerProcess broker = BrokerProcess.start(data)) {
            Operator operator = Operator.of(broker);
            has(operator.ok("exchange", "list"), "amq.topic", "dead", "topic");
            has(
                    operator.ok("exchange", "bindings", "--json"),
                    "\"identity\":\"dead/queue/one/o.*\"",
                    "\"identity\":\"dead/exchange/all/%23\"",
                    "\"identity\":\"all/queue/two//n=L1\"");
            has(
                    operator.ok("explain", "dead", "--exchange", "--key", "o.late", "--header", "n=1"),
                    "exchange 'dead': It comes to one, two.",
                    "exchange 'all' gives it to queue 'two'");
            has(operator.ok("explain", "dead", "--exchange", "--key", "x", "--json"), "\"reason\":\"bound\"");
            has(operator.ok("queue", "show", "orders", "--json"), "\"deadLetterExchange\":\"dead\"");
            try (Client client = Client.create();
                    Connection connection = broker.connect(client);
                    Receiver receiver = connection.openReceiver("orders", new ReceiverOptions().autoAccept(false))) {
                receiver.receive().reject("app:bad", "for the test");
            }
            for (String queue : new String[] {"one", "two"}) {
                has(operator.ok("receive", queue, "--count", "1", "--timeout-millis", "30000"), "m");
            }
            operator.ok("exchange", "unbind", "dead", "one", "--key", "o.*");
            operator.ok("exchange", "delete", "all");
            assertFalse(operator.ok("exchange", "list").contains("dead"), "its last binding has gone");
            assertEquals("", operator.ok("exchange", "bindings", "--json"));
        }
    }
}
