package io.sluice.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a cluster's part of the file gives, and the exact sentence for each mistake in it. */
class ClusterConfigurationTest {
    private static final String NODE = "{name: n1, host: 127.0.0.1, port: 1, replicationPort: 2, handThroughPort: 3}";

    @Test
    void withoutANameThereIsNoCluster() throws Exception {
        assertFalse(parsed("cluster: {secretFile: x}\n").cluster().isOn());
    }

    @Test
    void whatAFileSays() throws Exception {
        Configuration file = parsed("""
                cluster:
                  name: east
                  nodes:
                    - {name: n1, host: a.example.com, port: 1, replicationPort: 2, handThroughPort: 3}
                    - {name: n2, host: b.example.com, port: 1, replicationPort: 2, handThroughPort: 3,
                       clients: [{host: mq.example.com, port: 443, protocol: amqpwss, path: /b}]}
                  secretFile: tls/secret
                  handThroughWaitMillis: 7
                  routing: redirect
                  spreadLeadersMillis: 2000
                replication: {sync: os-cache, electionMinMillis: 100, electionMaxMillis: 101}
                """);
        assertEquals(
                new Cluster(
                        "east",
                        List.of(
                                new Cluster.Node("n1", "a.example.com", 1, 2, 3, List.of()),
                                new Cluster.Node(
                                        "n2",
                                        "b.example.com",
                                        1,
                                        2,
                                        3,
                                        List.of(new Listen.Server(
                                                "mq.example.com", 443, Listen.Protocol.AMQPWSS, "/b")))),
                        false,
                        "tls/secret",
                        7,
                        Cluster.Routing.REDIRECT,
                        2_000,
                        new Cluster.Replication(Cluster.Sync.OS_CACHE, 100, 101)),
                file.cluster());
    }

    @Test
    void messagesOfAClusterAreBounded() throws Exception {
        assertEquals(16_777_216, asN1("").maxMessageSizeBytes());
        assertEquals(
                16_777_216, asN1("amqp: {maxMessageSizeBytes: 2147483647}\n").maxMessageSizeBytes(), "as shipped");
        assertEquals(2_000_000, asN1("amqp: {maxMessageSizeBytes: 2000000}\n").maxMessageSizeBytes());
        Configuration.Amqp none = asN1("amqp: {largeMessageBytes: 70000}\n");
        assertTrue(none.largeMessageBytes() >= none.maxMessageSizeBytes(), "nothing is large");
    }

    private static Configuration.Amqp asN1(String more) throws ConfigurationException {
        return parsed(cluster(more)).withNode("n1").asMember().amqp();
    }

    @Test
    void moreThanAClusterTakesIsRefused() {
        assertEquals(
                List.of("s.yaml line 4 column 29: amqp.maxMessageSizeBytes is 16777217; in a cluster it must be at most"
                        + " 16777216"),
                problems(cluster("amqp: {maxMessageSizeBytes: 16777217}\n")));
    }

    @Test
    void thereIsOneShardWhereNobodySaysMore() throws Exception {
        assertEquals(1, parsed(cluster("")).shards());
        assertEquals(3, parsed("shards: 3\n" + cluster("")).shards());
    }

    @Test
    void nodesWithoutANameOfTheCluster() {
        assertEquals(
                List.of("s.yaml line 2 column 3: cluster.name is missing, but there are nodes"),
                problems("cluster:\n  nodes:\n    - " + NODE + "\n"));
    }

    @Test
    void aClusterWithoutNodes() {
        assertEquals(
                List.of("s.yaml line 2 column 3: cluster.nodes has none, but a cluster with a name needs them"),
                problems("cluster:\n  name: c\n"));
    }

    @Test
    void whatIsWrongWithANode() {
        assertEquals(
                List.of(
                        "s.yaml line 4 column 7: cluster.nodes[0].host is missing",
                        "s.yaml line 4 column 7: cluster.nodes[0].replicationPort is missing",
                        "s.yaml line 4 column 7: cluster.nodes[0].handThroughPort is missing",
                        "s.yaml line 4 column 14: cluster.nodes[0].name is \"n 1\"; it must be letters, digits, dots,"
                                + " hyphens and underscores, at most 64",
                        "s.yaml line 4 column 25: cluster.nodes[0].port is \"0\"; it must be a whole number, from 1 to"
                                + " 65535",
                        "s.yaml line 4 column 28: cluster.nodes[0].ports is not a known key; did you mean port?"),
                problems("cluster:\n  name: c\n  nodes:\n    - {name: n 1, port: 0, ports: 1}\n"));
    }

    @Test
    void whatIsWrongWithWhereClientsReachIt() {
        assertEquals(
                List.of(
                        "s.yaml line 6 column 11: cluster.nodes[0].clients[0].host is missing",
                        "s.yaml line 6 column 11: cluster.nodes[0].clients[0].protocol is missing",
                        "s.yaml line 6 column 18: cluster.nodes[0].clients[0].port is \"0\"; it must be a whole number,"
                                + " from 1 to 65535",
                        "s.yaml line 7 column 53: cluster.nodes[0].clients[1].path is \"/x\", but only WebSocket has one:"
                                + " amqpws or amqpwss",
                        "s.yaml line 8 column 40: cluster.nodes[0].clients[2].protocol is amqps, for which there is an"
                                + " address already",
                        "s.yaml line 9 column 54: cluster.nodes[0].clients[3].path is \"x\"; it must begin with /",
                        "s.yaml line 10 column 46: cluster.nodes[0].clients[4].proxyProtocol is not a known key; did you"
                                + " mean protocol?"),
                problems("""
                        cluster:
                          name: c
                          nodes:
                            - %s,
                              clients: [
                                  {port: 0},
                                  {host: a, port: 1, protocol: amqps, path: /x},
                                  {host: b, port: 1, protocol: amqps},
                                  {host: a, port: 1, protocol: amqpws, path: x},
                                  {host: a, port: 1, protocol: amqp, proxyProtocol: off}]}
                        """.formatted(NODE.substring(0, NODE.length() - 1))));
    }

    @Test
    void nodesThatAreInEachOthersWay() {
        assertEquals(
                List.of(
                        "s.yaml line 5 column 14: cluster.nodes[1].name is \"n1\", which another node has already",
                        "s.yaml line 5 column 61: cluster.nodes[1].replicationPort is 3 on 127.0.0.1, which is the"
                                + " handThroughPort of n1 already"),
                problems(cluster("")
                        + "    - {name: n1, host: 127.0.0.1, port: 4, replicationPort: 3, handThroughPort: 5}\n"));
    }

    @Test
    void machinesApartNeedASecret() {
        String text = "cluster:\n  name: c\n  nodes:\n    - " + NODE.replace("127.0.0.1", "10.0.0.1") + "\n";
        assertEquals(
                List.of(
                        "s.yaml line 2 column 3: cluster.secretFile is empty, but 10.0.0.1 is another machine: connections"
                                + " that are handed through show a secret"),
                problems(text));
    }

    @Test
    void thisMachineByAnyOfItsNamesNeedsNone() throws Exception {
        for (String host : List.of("localhost", "127.1.2.3", "\"::1\"")) {
            assertEquals(
                    1,
                    parsed("cluster:\n  name: c\n  nodes:\n    - " + NODE.replace("127.0.0.1", host) + "\n")
                            .cluster()
                            .nodes()
                            .size());
        }
    }

    @Test
    void electionsNeedARange() {
        assertEquals(
                List.of("s.yaml line 1 column 34: replication.electionMaxMillis is 300; it must be more than"
                        + " electionMinMillis, which is 300"),
                problems("replication: {electionMaxMillis: 300}\n"));
        assertEquals(
                List.of("s.yaml line 1 column 21: replication.sync is \"all\"; it must be one of majority, os-cache"),
                problems("replication: {sync: all}\n"));
    }

    private static String cluster(String more) {
        return more.isEmpty()
                ? "cluster:\n  name: c\n  nodes:\n    - " + NODE + "\n"
                : "cluster:\n  name: c\n  nodes: [" + NODE + "]\n" + more;
    }

    private static Configuration parsed(String text) throws ConfigurationException {
        return ConfigurationFile.parse("s.yaml", text);
    }

    private static List<String> problems(String text) {
        ConfigurationException error =
                assertThrows(ConfigurationException.class, () -> ConfigurationFile.parse("s.yaml", text));
        return error.problems().stream().map(Problem::toString).toList();
    }
}
