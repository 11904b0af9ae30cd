package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.management.ManagementCalls;
import io.sluice.amqp.management.ManagementCalls.Reply;
import io.sluice.amqp.management.ManagementNode;
import io.sluice.amqp.management.Queues;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Role;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections and links as an administrator sees and ends them; with the shard on the connections' loop, and apart. */
class ManagedConnectionsTest {
    private TestBroker broker;
    private ManagementCalls management;
    private TestPeer peer;

    private void start(boolean apart) {
        broker = apart ? TestBroker.apart() : new TestBroker();
        ManagementNode node = new ManagementNode(Queues.in(broker.mailbox), QueueDefinition::named, broker.connections);
        management = new ManagementCalls(node, broker::run);
        peer = connect("app", "10.0.0.1:5");
    }

    private TestPeer connect(String container, String address) {
        TestPeer opened = new TestPeer(broker, new Peer(address, true));
        opened.bytes(TestPeer.AMQP);
        Open open = TestPeer.openFrame();
        open.setContainerId(container);
        open.setIdleTimeOut(org.apache.qpid.proton.amqp.UnsignedInteger.valueOf(60_000));
        open.setProperties(Map.of(Symbol.valueOf("product"), "a client", Symbol.valueOf("version"), "1.0"));
        opened.send(0, open);
        opened.expect(Open.class);
        opened.send(0, TestPeer.begin());
        opened.next(org.apache.qpid.proton.amqp.transport.Begin.class);
        return opened;
    }

    private List<Map<String, Object>> query(String type) {
        return management
                .ask(Map.of("operation", "QUERY", "entityType", type), Map.of())
                .ok()
                .rows();
    }

    private void sendTwoAndTakeOne() {
        peer.attachSender(0, "writer", "q");
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("one"));
        peer.send(0, TestPeer.transfer(0, 1), TestPeer.message("two"));
        peer.settle();
        peer.attachReceiverNext(1, "reader", "q");
        peer.send(0, TestPeer.credit(1, 0, 1));
        assertEquals(1, peer.transfers().size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConnectionIsListedWithWhatWentOverIt(boolean apart) {
        start(apart);
        TestPeer second = connect("other", "10.0.0.2:6");
        sendTwoAndTakeOne();

        List<Map<String, Object>> rows = query("connection");
        assertEquals(2, rows.size());
        Map<String, Object> row = rows.get(0);
        assertEquals("app", row.get("container"));
        assertEquals("10.0.0.1:5", row.get("remoteAddress"));
        assertEquals("a client", row.get("product"));
        assertEquals("1.0", row.get("productVersion"));
        assertEquals("localhost", row.get("hostname"));
        assertEquals(60_000L, row.get("idleTimeoutMillis"));
        assertEquals(1_000_000L, row.get("openedAtMillis"));
        assertEquals(1, row.get("sessions"));
        assertEquals(2, row.get("links"));
        assertEquals(2L, row.get("messagesIn"));
        assertEquals(2L * TestPeer.message("one").length, row.get("bytesIn"));
        assertEquals(1L, row.get("messagesOut"));
        assertTrue((long) row.get("bytesOut") >= TestPeer.message("one").length);
        assertEquals(
                row.get("identity"),
                management
                        .ask("READ", "connection", "name", "10.0.0.1:5")
                        .ok()
                        .body()
                        .get("identity"));

        second.connection.lost();
        assertEquals(1, query("connection").size());
        management.ask("READ", "connection", "identity", "2").is(404, "there is no connection '2'");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void locksOfALinkAreRenewed(boolean apart) {
        start(apart);
        sendTwoAndTakeOne();
        management.ask("RENEW-LOCK", "link", "name", "reader").is(409, "the locks of the link do not run out");
        management
                .ask("RENEW-LOCK", "link", "name", "writer")
                .is(409, "link '1.1' takes nothing from a queue: it has no locks");
        management.ask("RENEW-LOCK", "link", "name", "nobody").is(404, "there is no link 'nobody'");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLinkIsListedWithCreditAndWhatIsUnsettled(boolean apart) {
        start(apart);
        sendTwoAndTakeOne();
        Attach selecting = TestPeer.receiver(2, "picky", "q");
        Source source = (Source) selecting.getSource();
        source.setFilter(Map.of(Symbol.valueOf("selector"), new DescribedType() {
            @Override
            public Object getDescriptor() {
                return UnsignedLong.valueOf(0x0000_468c_0000_0004L);
            }

            @Override
            public Object getDescribed() {
                return "color = 'red'";
            }
        }));
        peer.send(0, selecting);
        peer.nextOf(Attach.class);
        peer.send(0, TestPeer.credit(2, 0, 7));

        List<Map<String, Object>> rows = query("link");
        assertEquals(
                List.of("writer", "reader", "picky"),
                rows.stream().map(row -> row.get("name")).toList());
        Map<String, Object> writer = rows.get(0);
        assertEquals("1.1", writer.get("identity"));
        assertEquals("1", writer.get("connection"));
        assertEquals("sender", writer.get("role"));
        assertEquals("q", writer.get("address"));
        assertEquals(2L, writer.get("messages"));
        assertEquals("mixed", writer.get("senderSettleMode"));
        assertNull(writer.get("filter"));
        assertTrue((int) writer.get("credit") > 500);
        Map<String, Object> reader = rows.get(1);
        assertEquals("receiver", reader.get("role"));
        assertEquals(0, reader.get("credit"));
        assertEquals(1, reader.get("unsettled"));
        assertEquals(1L, reader.get("messages"));
        assertEquals("move", reader.get("distributionMode"));
        assertEquals("first", reader.get("receiverSettleMode"));
        assertEquals(7, rows.get(2).get("credit"));
        assertEquals("color = 'red'", rows.get(2).get("filter"));

        peer.send(0, TestPeer.disposition(Role.RECEIVER, 0, 0, true, Accepted.getInstance()));
        peer.settle();
        Map<?, ?> settled =
                management.ask("READ", "link", "identity", "1.2").ok().body();
        assertEquals(0, settled.get("unsettled"));
        peer.send(0, TestPeer.detach(1, true));
        peer.settle();
        assertEquals(2, query("link").size());
        assertEquals(
                2,
                management
                        .ask("READ", "connection", "identity", "1")
                        .ok()
                        .body()
                        .get("links"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void listsArePaged(boolean apart) {
        start(apart);
        TestPeer second = connect("other", "10.0.0.2:6");
        for (int i = 0; i < 3; i++) {
            peer.attachSender(i, "a" + i, "q");
            second.attachSender(i, "b" + i, "q");
        }
        Reply page = management
                .ask(
                        Map.of("operation", "QUERY", "entityType", "link", "offset", 2, "count", 3),
                        Map.of("attributeNames", List.of("name")))
                .ok();
        assertEquals(
                List.of(List.of("a2"), List.of("b0"), List.of("b1")),
                page.body().get("results"));
        assertEquals(6L, page.properties().get("total"));
        assertEquals(
                List.of(List.of("10.0.0.2:6")),
                management
                        .ask(
                                Map.of("operation", "QUERY", "entityType", "connection", "offset", 1),
                                Map.of("attributeNames", List.of("name")))
                        .body()
                        .get("results"));
        Reply all = management.ask(
                Map.of("operation", "QUERY", "offset", 2, "count", 4), Map.of("attributeNames", List.of("type")));
        assertEquals(
                List.of(List.of("connection"), List.of("link"), List.of("link"), List.of("link")),
                all.body().get("results"),
                "behind the one queue and the first connection");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConnectionIsClosedByItsNumber(boolean apart) {
        start(apart);
        sendTwoAndTakeOne();
        management
                .ask("DELETE", "connection", "identity", "1", "reason", "maintenance")
                .is(204, "No Content");
        peer.expectClose("amqp:connection:forced");
        assertEquals(List.of(), query("connection"));
        assertEquals(2, broker.status("q").messages());
        assertEquals(0, broker.status("q").unsettled(), "what it had is available again");
        management.ask("DELETE", "connection", "identity", "1").is(404, "there is no connection '1'");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLinkIsDetachedByItsIdentity(boolean apart) {
        start(apart);
        sendTwoAndTakeOne();
        management.ask("DELETE", "link", "identity", "1.2", "reason", "stuck").is(204, "No Content");
        Detach detach = peer.nextOf(Detach.class);
        assertEquals(
                Symbol.valueOf("amqp:link:detach-forced"), detach.getError().getCondition());
        assertEquals("stuck", detach.getError().getDescription());
        assertEquals(0, broker.status("q").unsettled());
        assertEquals(1, query("link").size());
        management.ask("DELETE", "link", "identity", "1.2").is(404, "there is no link '1.2'");
        management.ask("DELETE", "link", "identity", "nonsense").is(404, "there is no link 'nonsense'");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aNameThatSeveralHaveIsNotEnough(boolean apart) {
        start(apart);
        broker.declare(QueueDefinition.named("r"));
        TestPeer second = connect("other", "10.0.0.2:6");
        peer.attachSender(0, "same", "q");
        second.attachSender(0, "same", "r");
        Reply refused = management.ask("READ", "link", "name", "same");
        refused.is(409, "2 links have the name 'same'; say which by identity, such as 1.1, 2.1");
        assertEquals(
                "2.1",
                management
                        .ask("READ", "link", "name", "same", "address", "r")
                        .ok()
                        .body()
                        .get("identity"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConsumingLinkIsExplained(boolean apart) {
        start(apart);
        peer.attachReceiver(0, "reader", "q");
        Map<?, ?> idle =
                management.ask("EXPLAIN", "link", "name", "reader").ok().body();
        assertEquals("no-credit", idle.get("reason"));
        assertEquals("It has given no credit since it attached.", idle.get("text"));
        peer.send(0, TestPeer.credit(0, 0, 5));
        assertEquals(
                "nothing-available",
                management.ask("EXPLAIN", "link", "name", "reader").ok().body().get("reason"));

        Map<?, ?> queue = management.ask("EXPLAIN", "queue", "name", "q").ok().body();
        assertEquals("It is empty.", queue.get("text"));
        Map<?, ?> link = (Map<?, ?>) ((List<?>) queue.get("links")).get(0);
        assertEquals("1.1", link.get("link"));
        assertEquals("reader", link.get("linkName"));
        assertEquals("app", link.get("container"));
        assertEquals("10.0.0.1:5", link.get("remoteAddress"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aMessageThatIsLockedNamesTheLink(boolean apart) {
        start(apart);
        sendTwoAndTakeOne();
        Map<?, ?> why = management
                .ask("EXPLAIN", "queue", "name", "q", "sequence", 1)
                .ok()
                .body();
        Map<?, ?> cause = (Map<?, ?>) ((List<?>) why.get("causes")).get(0);
        assertEquals("locked", cause.get("reason"));
        assertEquals("1.2", ((Map<?, ?>) cause.get("link")).get("link"));
        assertEquals(1_000_000L, cause.get("sinceMillis"));
        assertEquals(
                "It is with link 1.2 'reader' of app at 10.0.0.1:5 since 1970-01-01T00:16:40Z, not settled.",
                cause.get("text"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aProducerWithoutCreditIsToldWhy(boolean apart) {
        start(apart);
        broker.declare(QueueDefinition.named("small")
                .withLimits(new Limits(1, QueueDefinition.UNLIMITED, Overflow.BLOCK, QueueDefinition.UNLIMITED)));
        peer.attachSender(0, "writer", "small");
        assertEquals(
                "ready",
                management.ask("EXPLAIN", "link", "name", "writer").ok().body().get("reason"));
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("one"));
        peer.settle();
        Map<?, ?> full =
                management.ask("EXPLAIN", "link", "name", "writer").ok().body();
        assertEquals("credit-withheld", full.get("reason"));
        assertEquals("The producer gets no credit: queue 'small' is full.", full.get("text"));
    }
}
