package io.sluice.crash;

import io.sluice.program.BrokerProcess;
import io.sluice.program.FreePorts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.exceptions.ClientException;

/** A cluster as its operator starts it: one configuration file, a process for each node. Clients go to one node after the other. */
final class ClusterProcesses implements ClusterClients, AutoCloseable {
    private static final String IS_PRIMARY = "is the primary";
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(180);
    /** A node that cannot be reached would hold its clients up for much longer. */
    private static final long IDLE_SECONDS = 15;

    /** Between one question of how far the backups are and the next: nobody tells of it unasked. */
    private static final long LOOK_MILLIS = 200;

    private final Path folder;
    private final Machines machines;
    private final Path file;
    private final Map<String, Ports> ports = new LinkedHashMap<>();
    private final Map<String, BrokerProcess> running = new LinkedHashMap<>();
    private final AtomicInteger next = new AtomicInteger();
    private volatile boolean goesOn = true;

    /** Of one node. */
    record Ports(int clients, int replication, int handThrough) {}

    /** @param more lines of the configuration file */
    ClusterProcesses(Path folder, String more, String... names) throws IOException {
        this(folder, more, Machines.THIS_ONE, names);
    }

    /** As the other one, with nodes somewhere else. */
    ClusterProcesses(Path folder, String more, Machines machines, String... names) throws IOException {
        this(folder, more, "", machines, names);
    }

    /** As the other ones. @param moreOfCluster lines of the section {@code cluster} */
    ClusterProcesses(Path folder, String more, String moreOfCluster, Machines machines, String... names)
            throws IOException {
        this.folder = folder;
        this.machines = machines;
        Path secret = Files.writeString(folder.resolve("secret"), "between the nodes");
        StringBuilder text = new StringBuilder(more)
                .append("cluster:\n  name: test\n  secretFile: ")
                .append(secret)
                .append("\n")
                .append(moreOfCluster)
                .append("  nodes:\n");
        for (String name : names) {
            Ports its = new Ports(FreePorts.take(), FreePorts.take(), FreePorts.take());
            ports.put(name, its);
            text.append("    - {name: ")
                    .append(name)
                    .append(", host: ")
                    .append(machines.host(name))
                    .append(", port: ")
                    .append(its.clients());
            text.append(", replicationPort: ").append(its.replication());
            text.append(", handThroughPort: ").append(its.handThrough()).append("}\n");
        }
        this.file = Files.writeString(folder.resolve("cluster.yaml"), text);
    }

    void startAll() throws Exception {
        for (String name : ports.keySet()) {
            start(name);
        }
    }

    /** @param more of the command line */
    BrokerProcess start(String name, String... more) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("--config", file.toString(), "--node", name));
        arguments.addAll(List.of(more));
        BrokerProcess started = BrokerProcess.startBy(
                machines.command(name),
                ports.get(name).clients(),
                folder.resolve(name),
                arguments.toArray(new String[0]));
        synchronized (running) {
            running.put(name, started);
        }
        return started;
    }

    /** Starts a node of this machine that is expected to end at once. */
    BrokerProcess.Ended startInVain(String name) throws IOException, InterruptedException {
        return BrokerProcess.runToEnd(List.of(
                "--config",
                file.toString(),
                "--node",
                name,
                "--data",
                folder.resolve(name).toString()));
    }

    Ports ports(String name) {
        return ports.get(name);
    }

    /** The name of the node whose clients come to this address. */
    String nodeAt(String host, int port) {
        return ports.keySet().stream()
                .filter(name -> machines.host(name).equals(host) && ports(name).clients() == port)
                .findFirst()
                .orElseThrow();
    }

    /** For AMQP clients. */
    String address(String name) {
        return machines.host(name) + ":" + ports(name).clients();
    }

    BrokerProcess node(String name) {
        synchronized (running) {
            return running.get(name);
        }
    }

    /** The name of the node that said last, of those running, that it is the primary; waits until there is one. */
    String awaitPrimary() throws InterruptedException {
        return awaitPrimary("");
    }

    /** As {@link #awaitPrimary()}, and not this one. */
    String awaitPrimary(String notThis) throws InterruptedException {
        long deadline = System.nanoTime() + WAIT_NANOS;
        while (System.nanoTime() - deadline < 0) {
            Optional<String> primary = primary();
            if (primary.isPresent() && !primary.get().equals(notThis)) {
                return primary.get();
            }
            Thread.sleep(5);
        }
        throw new AssertionError("no primary: " + errors());
    }

    /** While this node stands still or is cut off, and may not have said that it is the primary no more: waits for another one. */
    String awaitSecondPrimary(String stands) throws InterruptedException {
        for (String name : ports.keySet()) {
            if (!name.equals(stands)) {
                node(name).awaitError(IS_PRIMARY);
            }
        }
        long deadline = System.nanoTime() + WAIT_NANOS;
        while (System.nanoTime() - deadline < 0) {
            for (String name : ports.keySet()) {
                if (!name.equals(stands) && isPrimary(name)) {
                    return name;
                }
            }
            Thread.sleep(5);
        }
        throw new AssertionError("no other primary: " + errors());
    }

    Optional<String> primary() {
        return ports.keySet().stream().filter(this::isPrimary).findFirst();
    }

    private boolean isPrimary(String name) {
        BrokerProcess node = node(name);
        if (node == null || !node.isAlive()) {
            return false;
        }
        String last = node.errors().stream()
                .filter(line -> line.contains(IS_PRIMARY) || line.contains("It goes on as a backup"))
                .reduce("", (before, after) -> after);
        return last.contains("This node, " + name + ", " + IS_PRIMARY);
    }

    /** Waits until a started backup follows somebody. */
    void awaitBackup(String name) throws InterruptedException {
        node(name).awaitError(IS_PRIMARY);
    }

    @Override
    public void stopClients() {
        goesOn = false;
    }

    @Override
    public void clientsGoOn() {
        goesOn = true;
    }

    @Override
    public Connection connect(Client client) throws ClientException {
        List<String> all = List.copyOf(ports.keySet());
        return connect(client, all.get(Math.floorMod(next.getAndIncrement(), all.size())), new ConnectionOptions());
    }

    Connection connect(Client client, String name, ConnectionOptions options) throws ClientException {
        return client.connect(
                machines.host(name),
                ports(name).clients(),
                options.idleTimeout(IDLE_SECONDS, TimeUnit.SECONDS).openTimeout(IDLE_SECONDS, TimeUnit.SECONDS));
    }

    /** Runs the program, on a connection to this node. @param node with a virtual host behind it, as n1/blue. @return what it printed */
    String run(String node, String... command) throws IOException, InterruptedException {
        return runWith("", node, command);
    }

    /** As {@link #run}. @param input that the program reads */
    String runWith(String input, String node, String... command) throws IOException, InterruptedException {
        String[] where = node.split("/", 2);
        List<String> all = new ArrayList<>(List.of(BrokerProcess.program().toString()));
        all.addAll(List.of(command));
        all.addAll(List.of("--url", "amqp://" + address(where[0]) + (where.length > 1 ? "/" + where[1] : "")));
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    /** Takes a node in that was started to join. @return what the program printed */
    String add(String asked, String added) throws IOException, InterruptedException {
        Ports its = ports(added);
        return run(
                asked,
                "cluster",
                "add",
                added,
                "--replication",
                "127.0.0.1:" + its.replication(),
                "--clients",
                "127.0.0.1:" + its.clients(),
                "--hand-through",
                "127.0.0.1:" + its.handThrough());
    }

    /** Waits until all nodes have all of the journal, as the primary says. */
    void awaitCaughtUp(Client client) throws Exception {
        long deadline = System.nanoTime() + WAIT_NANOS;
        long caughtUp = 0;
        while (System.nanoTime() - deadline < 0) {
            try (Connection connection = connect(client, awaitPrimary(), new ConnectionOptions())) {
                while (System.nanoTime() - deadline < 0) {
                    caughtUp = NodeRows.caughtUp(connection);
                    if (caughtUp == ports.size()) {
                        return;
                    }
                    Thread.sleep(LOOK_MILLIS);
                }
            } catch (ClientException changed) {
                // the next primary is asked
            }
        }
        throw new AssertionError("only " + caughtUp + " have caught up: " + errors());
    }

    @Override
    public boolean isAlive() {
        return goesOn;
    }

    @Override
    public List<String> errors() {
        List<String> all = new ArrayList<>();
        synchronized (running) {
            running.forEach((name, process) -> process.errors().forEach(line -> all.add("\n" + name + ": " + line)));
        }
        return all;
    }

    @Override
    public void close() {
        synchronized (running) {
            running.values().forEach(BrokerProcess::close);
        }
    }
}
