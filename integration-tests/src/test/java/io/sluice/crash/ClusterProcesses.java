package io.sluice.crash;

import io.sluice.program.BrokerProcess;
import io.sluice.program.FreePorts;
import io.sluice.program.ReachableBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A cluster as its operator starts it: one configuration file, a process for each node. Clients go to one node after the other. */
final class ClusterProcesses implements ReachableBroker, AutoCloseable {
    private static final String IS_PRIMARY = "is the primary";

    private final Path folder;
    private final Path file;
    private final Map<String, Ports> ports = new LinkedHashMap<>();
    private final Map<String, BrokerProcess> running = new LinkedHashMap<>();
    private final AtomicInteger next = new AtomicInteger();
    private volatile boolean goesOn = true;

    /** Of one node. */
    record Ports(int clients, int replication, int handThrough) {}

    /** @param more lines of the configuration file */
    ClusterProcesses(Path folder, String more, String... names) throws IOException {
        this.folder = folder;
        StringBuilder text = new StringBuilder(more).append("cluster:\n  name: test\n  nodes:\n");
        for (String name : names) {
            Ports its = new Ports(FreePorts.take(), FreePorts.take(), FreePorts.take());
            ports.put(name, its);
            text.append("    - {name: ")
                    .append(name)
                    .append(", host: 127.0.0.1, port: ")
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
        BrokerProcess started = BrokerProcess.startOn(
                ports.get(name).clients(), folder.resolve(name), arguments.toArray(new String[0]));
        synchronized (running) {
            running.put(name, started);
        }
        return started;
    }

    Ports ports(String name) {
        return ports.get(name);
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
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (System.nanoTime() - deadline < 0) {
            Optional<String> primary = primary();
            if (primary.isPresent() && !primary.get().equals(notThis)) {
                return primary.get();
            }
            Thread.sleep(5);
        }
        throw new AssertionError("no primary: " + errors());
    }

    /** While this node stands still and cannot say that it is the primary no more: waits for another one. */
    void awaitSecondPrimary(String stands) throws InterruptedException {
        for (String name : ports.keySet()) {
            if (!name.equals(stands)) {
                node(name).awaitError(IS_PRIMARY);
            }
        }
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (System.nanoTime() - deadline < 0) {
            for (String name : ports.keySet()) {
                if (!name.equals(stands) && isPrimary(name)) {
                    return;
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

    void stopClients() {
        goesOn = false;
    }

    void clientsGoOn() {
        goesOn = true;
    }

    @Override
    public int port() {
        List<Ports> all = List.copyOf(ports.values());
        return all.get(Math.floorMod(next.getAndIncrement(), all.size())).clients();
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
