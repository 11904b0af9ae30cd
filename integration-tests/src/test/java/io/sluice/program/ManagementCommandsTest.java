package io.sluice.program;

import static io.sluice.program.Operator.has;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.Operator.Ended;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.SenderOptions;
import org.apache.qpid.protonj2.client.exceptions.ClientConnectionRemotelyClosedException;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.apache.qpid.protonj2.types.Symbol;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The commands with which an operator looks into a broker and changes it, against the started program. */
final class ManagementCommandsTest {
    @RegisterExtension
    static final DefaultBroker broker = new DefaultBroker();

    private static Operator operator;
    private static Client client;

    @BeforeAll
    static void prepare() {
        operator = Operator.of(broker.process());
        client = Client.create();
    }

    @AfterAll
    static void closeClient() {
        client.close();
    }

    private static Ended run(String... arguments) throws IOException, InterruptedException {
        return operator.run(arguments);
    }

    private static String ok(String... arguments) throws IOException, InterruptedException {
        return operator.ok(arguments);
    }

    @Test
    void settings_change_while_the_queue_serves() throws Exception {
        ok("send", "mgmt.update", "a");
        ok("queue", "update", "mgmt.update", "--max-messages", "1", "--set", "maxDeliveries=3");
        has(ok("queue", "show", "mgmt.update"), "maxMessages: 1\n", "maxDeliveries: 3\n", "messages: 1\n");
        Ended full = run("send", "mgmt.update", "b");
        assertEquals(1, full.exitCode());
        has(full.errors(), "is full");

        ok("queue", "update", "mgmt.update", "--max-messages", "none");
        ok("send", "mgmt.update", "b");
        has(ok("queue", "show", "mgmt.update", "--json"), "\"maxMessages\":null", "\"messages\":2");

        Ended fixed = run("queue", "update", "mgmt.update", "--set", "kind=fifo");
        assertEquals(1, fixed.exitCode());
        has(fixed.errors(), "409", "kind");
        assertEquals(2, run("queue", "update", "mgmt.update").exitCode());
    }

    /** The log of all that is changed; docs/operating.md says what is in a line. */
    @Test
    void what_is_changed_is_in_the_audit_log() throws Exception {
        ok("send", "mgmt.audited", "a", "b", "c");
        ok("queue", "update", "mgmt.audited", "--max-messages", "10");
        ok("queue", "purge", "mgmt.audited", "--count", "1");
        ok("queue", "delete", "mgmt.audited");
        assertEquals(1, run("queue", "delete", "mgmt.audited").exitCode());
        assertEquals(1, run("queue", "delete", "no\nuser=root").exitCode());
        String name = " type=queue name=mgmt.audited ";
        for (String line : List.of(
                "operation=UPDATE" + name + "outcome=done status=200",
                "operation=PURGE" + name + "outcome=done status=200 messages=1",
                "operation=DELETE" + name + "outcome=done status=204 messages=2",
                "operation=DELETE" + name + "outcome=refused status=404 why=",
                "name=\"no\\u000auser=root\" outcome=refused")) {
            broker.process().awaitError(line);
        }
        String deleted = broker.process().errors().stream()
                .filter(line -> line.contains("operation=DELETE" + name))
                .findFirst()
                .orElseThrow();
        Pattern who = Pattern.compile(
                ".* INFO  audit: user=anonymous userOf=/ host=/ address=127\\.0\\.0\\.1:\\d+ connection=\\d+ .*");
        assertTrue(who.matcher(deleted).matches(), deleted);
        assertTrue(broker.process().errors().stream().noneMatch(line -> line.startsWith("user=root")));
    }

    @Test
    void a_paused_queue_gives_nothing_out_and_says_so() throws Exception {
        ok("send", "mgmt.paused", "a");
        ok("queue", "update", "mgmt.paused", "--pause");
        assertEquals(4, run("receive", "mgmt.paused", "--timeout-millis", "300").exitCode());
        has(ok("explain", "mgmt.paused"), "Message 1 is next. An administrator has paused the queue", "--resume");
        has(ok("explain", "mgmt.paused", "--json"), "\"reason\":\"paused\"");

        ok("queue", "update", "mgmt.paused", "--resume");
        assertEquals("a\n", ok("receive", "mgmt.paused"));
    }

    @Test
    void messages_are_peeked_and_moved() throws Exception {
        ok("send", "mgmt.from", "one", "two", "three", "--property", "region=eu");
        has(ok("queue", "peek", "mgmt.from"), "1  available  one\n", "3  available  three\n");
        String json = ok("queue", "peek", "mgmt.from", "--from", "2", "--count", "1", "--json");
        has(json, "\"sequence\":2", "\"state\":\"available\"", "\"body\":\"two\"", "\"region\":\"eu\"");
        assertFalse(json.contains("three"), json);

        ok("queue", "create", "mgmt.to");
        assertEquals(
                "2 messages moved from mgmt.from to mgmt.to\n",
                ok("queue", "move", "mgmt.from", "mgmt.to", "--count", "2"));
        has(ok("queue", "move", "mgmt.from", "mgmt.to", "--json"), "\"messages\":1");
        assertEquals("one\n", ok("receive", "mgmt.to"));
        assertEquals(1, run("queue", "move", "mgmt.none", "mgmt.to").exitCode());
        assertEquals(1, run("queue", "peek", "mgmt.none").exitCode());
    }

    @Test
    void a_copy_that_is_not_stored_is_named() throws Exception {
        ok("queue", "create", "mgmt.once", "--deduplicate");
        has(ok("explain", "mgmt.once", "--json"), "\"duplicates\":0", "\"lastDuplicate\":null");
        try (Connection connection = client.connect("127.0.0.1", broker.port());
                Sender sender = connection.openSender("mgmt.once", new SenderOptions().linkName("twice"))) {
            for (String body : List.of("first", "copy")) {
                sender.send(Message.create(body).messageId("order 17").durable(true))
                        .awaitAccepted(20, TimeUnit.SECONDS);
            }
            has(ok("queue", "show", "mgmt.once"), "messages: 1\n", "duplicates: 1\n");
            has(
                    ok("explain", "mgmt.once"),
                    "copies not stored 1, the last at 2",
                    "string:order 17, of message 1, from link " + identity("twice") + " 'twice' of ");
        }
    }

    @Test
    void scheduled_messages_are_listed_and_cancelled() throws Exception {
        try (Connection connection = client.connect("127.0.0.1", broker.port());
                Sender sender = connection.openSender("mgmt.later")) {
            Message<String> message = Message.create("x");
            message.annotation("x-opt-delivery-delay", 3_600_000L);
            sender.send(message).awaitAccepted(20, TimeUnit.SECONDS);
        }
        has(ok("scheduled", "list", "mgmt.later", "--json"), "\"sequence\":1", "deliverAtMillis");
        has(ok("scheduled", "list", "mgmt.later"), "sequence", "\n1 ");
        has(ok("explain", "mgmt.later", "--message", "1"), "asked for delivery at", "and then: Nobody is attached");
        ok("scheduled", "cancel", "mgmt.later", "1");
        Ended again = run("scheduled", "cancel", "mgmt.later", "1");
        assertEquals(1, again.exitCode());
        has(again.errors(), "404", "no message 1");
    }

    @Test
    void connections_and_links_are_listed_explained_and_ended() throws Exception {
        ok("send", "mgmt.links", "held", "waiting");
        Connection connection = client.connect(
                "127.0.0.1",
                broker.port(),
                new ConnectionOptions().user("guest").password("guest").reconnectEnabled(false));
        Receiver receiver = connection.openReceiver(
                "mgmt.links",
                new ReceiverOptions().linkName("mgmt-reader").creditWindow(0).autoAccept(false));
        receiver.addCredit(1);
        Delivery held = receiver.receive(20, TimeUnit.SECONDS);
        assertEquals("held", held.message().body());

        String links = ok("link", "list", "--json");
        Matcher reader = Pattern.compile("\\{\"name\":\"mgmt-reader\",\"identity\":\"(([0-9]+)\\.[0-9]+)\"")
                .matcher(links);
        assertTrue(reader.find(), links);
        String link = reader.group(1);
        has(ok("link", "list"), "mgmt-reader", "receiver", "mgmt.links");
        has(ok("connection", "list"), "guest", "127.0.0.1:");
        has(
                ok("explain", "mgmt.links", "--message", "1"),
                "It is with link " + link + " 'mgmt-reader'",
                "sluice connection close");
        has(ok("explain", "mgmt.links", "--message", "2"), "has credit: link " + link, "1 unsettled");
        has(ok("explain", "mgmt.links", "--link", "mgmt-reader"), "It has given no credit since", "1 unsettled");
        has(
                ok("explain", "mgmt.links"),
                "Message 2 is next.",
                "link " + link + " 'mgmt-reader'",
                "move, credit 0, unsettled 1");

        ok("connection", "close", reader.group(2), "--reason", "maintenance tonight");
        String told = "";
        try {
            receiver.receive(20, TimeUnit.SECONDS);
        } catch (ClientConnectionRemotelyClosedException e) {
            told = e.getErrorCondition().condition() + " "
                    + e.getErrorCondition().description();
        } catch (ClientException e) {
            told = String.valueOf(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
        }
        has(told, "maintenance tonight");
        has(ok("explain", "mgmt.links", "--message", "1"), "Nobody is attached");
        assertEquals(1, run("connection", "close", reader.group(2)).exitCode());
        assertEquals(
                2, run("explain", "mgmt.links", "--link", "x", "--message", "1").exitCode());
    }

    private static String identity(String linkName) throws Exception {
        Matcher link = Pattern.compile("\\{\"name\":\"" + linkName + "\",\"identity\":\"([0-9]+\\.[0-9]+)\"")
                .matcher(ok("link", "list", "--json"));
        assertTrue(link.find(), linkName);
        return link.group(1);
    }

    private static Receiver open(Connection connection, String queue, String linkName) throws Exception {
        Receiver receiver = connection.openReceiver(
                queue, new ReceiverOptions().linkName(linkName).creditWindow(0).autoAccept(false));
        receiver.openFuture().get(20, TimeUnit.SECONDS);
        return receiver;
    }

    @Test
    void locks_are_renewed() throws Exception {
        ok("queue", "create", "mgmt.lock", "--lock-millis", "3600000");
        ok("send", "mgmt.lock", "one", "two");
        try (Connection connection = client.connect("127.0.0.1", broker.port())) {
            Receiver receiver = open(connection, "mgmt.lock", "renewing");
            receiver.addCredit(2);
            receiver.receive(20, TimeUnit.SECONDS);
            receiver.receive(20, TimeUnit.SECONDS);
            String link = identity("renewing");
            has(ok("link", "renew-lock", link), "2 locks last until 2");
            has(ok("link", "renew-lock", link, "--message", "1", "--json"), "{\"locks\":1,\"lockedUntilMillis\":");
            Ended none = run("link", "renew-lock", link, "--message", "99");
            assertEquals(1, none.exitCode());
            has(none.errors(), "404", "has no message 99");
            // Shorter from now on: what is renewed runs out, and the message comes again.
            ok("queue", "update", "mgmt.lock", "--set", "lockMillis=1");
            ok("link", "renew-lock", link, "--message", "2");
            receiver.addCredit(1);
            assertEquals("two", receiver.receive(20, TimeUnit.SECONDS).message().body());
        }
    }

    @Test
    void what_is_asked_for_by_its_number_is_said_to_be_its_receivers() throws Exception {
        ok("send", "mgmt.fetched", "one");
        try (Connection connection = client.connect("127.0.0.1", broker.port())) {
            ReceiverOptions options =
                    new ReceiverOptions().linkName("fetching").creditWindow(0).autoAccept(false);
            options.sourceOptions().addFilter("numbers", Symbol.valueOf("sluice:sequence-numbers"), List.of(1L));
            connection.openReceiver("mgmt.fetched", options).openFuture().get(20, TimeUnit.SECONDS);
            has(
                    ok("explain", "mgmt.fetched", "--message", "1"),
                    "It is for link " + identity("fetching") + " 'fetching'",
                    "has given no credit for it");
        }
    }

    @Test
    void a_queue_that_nobody_takes_from_says_who_has_not_seen_a_message() throws Exception {
        ok("queue", "create", "mgmt.table", "--non-destructive");
        ok("send", "mgmt.table", "one");
        try (Connection connection = client.connect("127.0.0.1", broker.port())) {
            Receiver receiver = open(connection, "mgmt.table", "following");
            has(ok("explain", "mgmt.table"), "has credit: link " + identity("following"));
            receiver.addCredit(2);
            assertEquals("one", receiver.receive(20, TimeUnit.SECONDS).message().body());
            has(ok("explain", "mgmt.table", "--json"), "\"reason\":\"seen\"", "It has seen all there is for it");
        }
    }

    @Test
    void what_is_changed_and_paused_survives_kill_nine(@TempDir Path folder) throws Exception {
        BrokerProcess first = BrokerProcess.start(folder);
        Operator before = Operator.byProcesses(first);
        before.ok("queue", "create", "kept");
        before.ok("queue", "update", "kept", "--max-messages", "7", "--pause", "--pause-intake");
        first.kill();
        BrokerProcess second = BrokerProcess.start(folder);
        has(
                Operator.byProcesses(second).ok("queue", "show", "kept"),
                "maxMessages: 7\n",
                "paused: true\n",
                "intakePaused: true\n");
        assertEquals(0, second.stop());
    }
}
