package io.sluice.crash;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.opentest4j.TestAbortedException;

/**
 * A network of Linux for a cluster: each node in a namespace of its own, all of them and this process on one bridge. What one node sends to
 * another can be lost, all of it or a share of its packets, and each direction by itself; this process reaches every node whatever happens
 * between them.
 *
 * <p>Needs root, {@code ip}, {@code tc}, {@code python3}, and a kernel whose {@code tc} takes packet filters (cls_bpf) and that has tun devices;
 * {@link #make} aborts the test that has not. There is no need of netem.
 */
final class NodeNetwork implements Machines, AutoCloseable {
    /** For tests of networks (RFC 2544); one of them for each process. */
    private static final String NET = "198.18." + ProcessHandle.current().pid() % 250 + ".";

    private static final int OWN_HOST = 254;
    private static final String ID = String.valueOf(ProcessHandle.current().pid());
    private static final String BRIDGE = "slb" + ID;
    private static final int ALL_PERCENT = 100;
    private static final int LINK_LAYER_BYTES = 14;
    private static final int DESTINATION_AT = LINK_LAYER_BYTES + 16;
    private static final long RANDOM_WORD = 0xfffff000L + 56;
    private static final long DROP = 2;
    private static final long PASS = 0xffffffffL;

    private final List<String> nodes;
    private Optional<FarLines> far = Optional.empty();

    private NodeNetwork(List<String> nodes) {
        this.nodes = nodes;
    }

    static NodeNetwork make(String... names) throws Exception {
        NodeNetwork network = new NodeNetwork(List.of(names));
        try {
            network.set();
            network.lose(names[0], names[1], ALL_PERCENT);
            network.stretch(1, 1, 1);
            network.heal();
        } catch (IOException impossible) {
            network.close();
            throw new TestAbortedException(
                    "networks of their own for nodes cannot be made here, which takes root, ip, tc, cls_bpf, python3 and tun: "
                            + impossible.getMessage());
        }
        return network;
    }

    private void set() throws IOException, InterruptedException {
        run("ip", "link", "add", BRIDGE, "type", "bridge");
        run("ip", "address", "add", NET + OWN_HOST + "/24", "dev", BRIDGE);
        run("ip", "link", "set", BRIDGE, "up");
        for (String node : nodes) {
            String outside = outside(node);
            run("ip", "netns", "add", space(node));
            run("ip", "link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", space(node));
            run("ip", "link", "set", outside, "master", BRIDGE, "up");
            run("ip", "-n", space(node), "address", "add", host(node) + "/24", "dev", "eth0");
            run("ip", "-n", space(node), "link", "set", "eth0", "up");
            run("ip", "-n", space(node), "link", "set", "lo", "up");
            run("tc", "-n", space(node), "qdisc", "add", "dev", "eth0", "clsact");
        }
    }

    private int number(String node) {
        return nodes.indexOf(node) + 1;
    }

    private String outside(String node) {
        return "slv" + number(node) + "-" + ID;
    }

    private static String space(String node) {
        return "sluice-" + ID + "-" + node;
    }

    @Override
    public String host(String node) {
        return NET + number(node);
    }

    @Override
    public List<String> command(String node) {
        return List.of("ip", "netns", "exec", space(node));
    }

    /** Of the packets that one node sends to another, so many are lost from now on; 100: all. */
    void lose(String from, String to, int percent) throws IOException, InterruptedException {
        run(
                "tc",
                "-n",
                space(from),
                "filter",
                "replace",
                "dev",
                "eth0",
                "egress",
                "prio",
                String.valueOf(number(to)),
                "handle",
                "1",
                "bpf",
                "da",
                "bytecode",
                dropping(number(to), percent));
    }

    /** All that these send to those is lost. */
    void cut(List<String> from, List<String> to) throws IOException, InterruptedException {
        for (String sender : from) {
            for (String receiver : to) {
                lose(sender, receiver, ALL_PERCENT);
            }
        }
    }

    /** What a node sends, to whom ever, goes through a slow line, with a queue of so many milliseconds in front; what finds it full is lost. */
    void slow(String from, int kbitPerSecond, int queueMillis) throws IOException, InterruptedException {
        run(
                "tc",
                "-n",
                space(from),
                "qdisc",
                "replace",
                "dev",
                "eth0",
                "root",
                "tbf",
                "rate",
                kbitPerSecond + "kbit",
                "burst",
                "20kb",
                "latency",
                queueMillis + "ms");
    }

    /** Between nodes every packet takes so long from now on, and by chance up to so much longer. */
    void stretch(int millis, int moreMillis, long seed) throws IOException, InterruptedException {
        Map<String, String> devices = new LinkedHashMap<>();
        nodes.forEach(node -> devices.put(far(node), host(node)));
        far = Optional.of(new FarLines(devices, millis, moreMillis, seed));
        for (String node : nodes) {
            run("ip", "link", "set", far(node), "netns", space(node));
            run("ip", "-n", space(node), "link", "set", far(node), "up");
        }
        for (String node : nodes) {
            for (String other : nodes) {
                if (!other.equals(node)) {
                    run("ip", "-n", space(node), "route", "add", host(other), "dev", far(node), "src", host(node));
                }
            }
        }
    }

    private String far(String node) {
        return "slf" + number(node) + "-" + ID;
    }

    /** Everything arrives again, at once. */
    void heal() throws IOException, InterruptedException {
        if (far.isPresent()) {
            far.get().close();
            far = Optional.empty();
        }
        for (String node : nodes) {
            run("tc", "-n", space(node), "filter", "delete", "dev", "eth0", "egress");
            if (run("tc", "-n", space(node), "qdisc", "show", "dev", "eth0").contains("tbf")) {
                run("tc", "-n", space(node), "qdisc", "delete", "dev", "eth0", "root");
            }
        }
    }

    /** A classic packet filter (Linux, Documentation/networking/filter.rst) that drops a share of the IPv4 packets to one host. */
    private static String dropping(int host, int percent) {
        String[] net = NET.split("\\.");
        long destination =
                Long.parseLong(net[0]) << 24 | Long.parseLong(net[1]) << 16 | Long.parseLong(net[2]) << 8 | host;
        List<String> program = new ArrayList<>();
        boolean all = percent >= ALL_PERCENT;
        // Jumps are counted from the next instruction; the last one passes the packet.
        int last = all ? 5 : 7;
        program.add("40 0 0 12");
        program.add("21 0 " + (last - 2) + " " + 0x0800);
        program.add("32 0 0 " + DESTINATION_AT);
        program.add("21 0 " + (last - 4) + " " + destination);
        if (!all) {
            program.add("32 0 0 " + RANDOM_WORD);
            program.add("53 1 0 " + (1L << 32) / ALL_PERCENT * percent);
        }
        program.add("6 0 0 " + DROP);
        program.add("6 0 0 " + PASS);
        return program.size() + "," + String.join(",", program);
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
        return said;
    }

    /** Devices go with the namespaces they are in, but only when the last process in there is gone: the next network would find them. */
    @Override
    public void close() {
        try {
            if (far.isPresent()) {
                far.get().close();
            }
        } catch (IOException e) {
            // it ends with this process
        }
        for (String node : nodes) {
            tryTo("ip", "link", "delete", outside(node));
            tryTo("ip", "netns", "delete", space(node));
        }
        tryTo("ip", "link", "delete", BRIDGE);
    }

    private static void tryTo(String... command) {
        try {
            run(command);
        } catch (IOException notThere) {
            // it may not have been made
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
