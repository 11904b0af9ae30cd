package io.sluice.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.server.ExitCode;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.test.driver.ProtonTestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each client command against a scripted AMQP peer: what goes over the wire, what is printed, what the exit code is. */
@Timeout(120)
class ScriptedBrokerTest {
    private final ProtonTestServer broker = new ProtonTestServer();

    @BeforeEach
    void connects() {
        broker.expectSASLAnonymousConnect();
        broker.expectOpen().respond();
        broker.expectBegin().respond();
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    @Test
    void sendWaitsForAccepted() throws Exception {
        broker.expectAttach()
                .ofSender()
                .withTarget()
                .withAddress("orders")
                .and()
                .respond();
        broker.remoteFlow().withLinkCredit(10).queue();
        broker.expectTransfer()
                .withMessage()
                .withHeader()
                .withDurability(true)
                .withPriority((byte) 7)
                .withTimeToLive(5000)
                .and()
                .withApplicationProperties()
                .withProperty("region", "eu")
                .and()
                .withValue("hello")
                .and()
                .accept();
        closes();

        CommandRun run =
                run("send", "orders", "hello", "--priority", "7", "--ttl-millis", "5000", "--property", "region=eu");

        verify(ExitCode.OK, run);
        assertEquals("", run.out() + run.err());
    }

    @Test
    void sendRepeatsAndReportsJson() throws Exception {
        broker.expectAttach().ofSender().respond();
        broker.remoteFlow().withLinkCredit(10).queue();
        for (int i = 0; i < 2; i++) {
            broker.expectTransfer().accept();
            broker.expectTransfer().accept();
        }
        closes();

        CommandRun run = run("send", "orders", "a", "--size", "3", "--count", "2", "--no-durable", "--json");

        verify(ExitCode.OK, run);
        assertTrue(run.out().matches("\\{\"address\":\"orders\",\"accepted\":4,\"millis\":\\d+}\n"), run.out());
    }

    @Test
    void sendThatIsRejectedNamesConditionAndDescription() throws Exception {
        broker.expectAttach().ofSender().respond();
        broker.remoteFlow().withLinkCredit(10).queue();
        broker.expectTransfer().reject("amqp:resource-limit-exceeded", "queue orders is full");
        closes();

        CommandRun run = run("send", "orders", "hello");

        verify(ExitCode.REFUSED, run);
        assertEquals("sluice: refused with amqp:resource-limit-exceeded: queue orders is full\n", run.err());
    }

    @Test
    void sendToAQueueThatIsRefused() throws Exception {
        broker.expectAttach().ofSender().respond().withNullTarget();
        broker.remoteDetach()
                .withClosed(true)
                .withErrorCondition("amqp:not-found", "there is no queue 'orders'")
                .queue();
        broker.expectDetach().optional();
        closes();

        CommandRun run = run("send", "orders", "hello");

        verify(ExitCode.REFUSED, run);
        assertEquals("sluice: refused with amqp:not-found: there is no queue 'orders'\n", run.err());
    }

    @Test
    void sendWithoutCreditTimesOut() throws Exception {
        broker.expectAttach().ofSender().respond();
        closes();

        CommandRun run = run("send", "orders", "hello", "--timeout-millis", "50");

        verify(ExitCode.TIMED_OUT, run);
        assertEquals(1, run.err().lines().count());
    }

    @Test
    void receivePrintsThenAccepts() throws Exception {
        broker.expectAttach()
                .ofReceiver()
                .withSource()
                .withAddress("orders")
                .and()
                .respond();
        broker.expectFlow().withLinkCredit(2);
        deliver(0, "first");
        deliver(1, "second");
        broker.expectDisposition().withFirst(0).withSettled(true).withState().accepted();
        broker.expectDisposition().withFirst(1).withSettled(true).withState().accepted();
        closes();

        CommandRun run = run("receive", "orders", "--count", "2");

        verify(ExitCode.OK, run);
        assertEquals("first\nsecond\n", run.out());
    }

    @Test
    void receiveAsJson() throws Exception {
        broker.expectAttach().ofReceiver().respond();
        broker.expectFlow().withLinkCredit(1);
        deliver(0, "say \"hi\"");
        broker.expectDisposition().withState().accepted();
        closes();

        CommandRun run = run("receive", "orders", "--json");

        verify(ExitCode.OK, run);
        assertEquals(
                "{\"address\":\"orders\",\"durable\":false,\"priority\":4,\"deliveryCount\":0,"
                        + "\"body\":\"say \\\"hi\\\"\"}\n",
                run.out());
    }

    @Test
    void receiveFromAnEmptyQueueExitsWithFour() throws Exception {
        broker.expectAttach().ofReceiver().respond();
        broker.expectFlow().withLinkCredit(1);
        closes();

        CommandRun run = run("receive", "orders", "--timeout-millis", "20");

        verify(ExitCode.TIMED_OUT, run);
        assertEquals("sluice: 0 of 1 messages received from orders, then none for 20 ms\n", run.err());
    }

    @Test
    void browseCopiesAndStopsAtTheEnd() throws Exception {
        broker.expectAttach()
                .ofReceiver()
                .withSource()
                .withDistributionMode("copy")
                .and()
                .respond();
        broker.expectFlow().withLinkCredit(100).withDrain(false).optional();
        broker.expectFlow().withLinkCredit(100).withDrain(true);
        deliver(0, "first");
        broker.remoteFlow()
                .withLinkCredit(0)
                .withDeliveryCount(100)
                .withDrain(true)
                .queue();
        broker.expectDisposition().withState().accepted();
        closes();

        CommandRun run = run("browse", "orders");

        verify(ExitCode.OK, run);
        assertEquals("first\n", run.out());
    }

    @Test
    void queueListPrintsATable() throws Exception {
        managementAnswers(
                200,
                "OK",
                Map.of("attributeNames", List.of("name", "messages"), "results", List.of(List.of("orders", 12L))));

        CommandRun run = run("queue", "list");

        verify(ExitCode.OK, run);
        assertEquals(
                List.of(
                        "name    kind  durable  messages  bytes  unsettled  scheduled  consumers  producers",
                        "orders                 12"),
                run.out().lines().toList());
    }

    @Test
    void queueDeleteThatIsRefused() throws Exception {
        managementAnswers(404, "there is no queue 'orders'", Map.of());

        CommandRun run = run("queue", "delete", "orders");

        verify(ExitCode.REFUSED, run);
        assertEquals("sluice: refused with status 404: there is no queue 'orders'\n", run.err());
    }

    private void managementAnswers(int status, String description, Map<String, Object> body) {
        broker.expectAttach()
                .ofReceiver()
                .withSource()
                .withAddress("$management")
                .and()
                .respond();
        broker.expectFlow().withLinkCredit(1);
        broker.expectAttach()
                .ofSender()
                .withTarget()
                .withAddress("$management")
                .and()
                .respond();
        broker.remoteFlow().withLinkCredit(10).queue();
        broker.expectTransfer().accept();
        broker.remoteTransfer()
                .withHandle(0)
                .withDeliveryId(0)
                .withDeliveryTag(new byte[] {0})
                .withApplicationProperties()
                .withProperty("statusCode", status)
                .withProperty("statusDescription", description)
                .also()
                .withBody()
                .withValue(body)
                .also()
                .queue();
        broker.expectDisposition().withState().accepted();
        broker.expectFlow().optional();
        closes();
    }

    private void deliver(int id, String text) {
        broker.remoteTransfer()
                .withHandle(0)
                .withDeliveryId(id)
                .withDeliveryTag(new byte[] {(byte) id})
                .withBody()
                .withValue(text)
                .also()
                .queue();
    }

    private void closes() {
        broker.expectClose().respond();
    }

    private CommandRun run(String... arguments) {
        broker.start();
        URI uri = broker.getServerURI();
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.add("--url");
        all.add("amqp://127.0.0.1:" + uri.getPort());
        return CommandRun.of(all.toArray(new String[0]));
    }

    private void verify(int exitCode, CommandRun run) throws Exception {
        broker.waitForScriptToComplete(30, TimeUnit.SECONDS);
        assertEquals(exitCode, run.exitCode(), run.toString());
    }
}
