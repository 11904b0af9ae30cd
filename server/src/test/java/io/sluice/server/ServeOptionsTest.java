package io.sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.amqp.ServerAddresses;
import io.sluice.amqp.ServerAddresses.Address;
import io.sluice.amqp.ServerAddresses.FurtherPort;
import io.sluice.amqp.ServerAddresses.Node;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.ConfigurationException;
import io.sluice.server.config.Defaults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeOptionsTest {
    @TempDir
    private Path folder;

    @Test
    void withoutAnythingTheDefaultsCount() throws Exception {
        ServeOptions none =
                new ServeOptions(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);
        assertEquals(Defaults.CONFIGURATION, none.configuration());
    }

    @Test
    void theCommandLineWinsOverTheFile() throws Exception {
        Path file = Files.writeString(
                folder.resolve("s.yaml"),
                "node: one\nlisten: {host: 127.0.0.2, port: 1}\nstorage: {dataDir: elsewhere}\neventLoops: 2\n");
        Configuration configuration = new ServeOptions(
                        Optional.of(file), Optional.of(folder), Optional.of(0), Optional.of("two"), false)
                .configuration();
        assertEquals("two", configuration.node());
        assertEquals("127.0.0.2", configuration.listen().host());
        assertEquals(0, configuration.listen().port());
        assertEquals(folder, configuration.storage().dataDir());
        assertEquals(2, configuration.eventLoops());
    }

    @Test
    void aFileThatIsNamedMustBeThere() {
        ServeOptions missing = new ServeOptions(
                Optional.of(folder.resolve("no.yaml")), Optional.empty(), Optional.empty(), Optional.empty(), false);
        assertThrows(ConfigurationException.class, missing::configuration);
    }

    private static final String CLUSTER = """
            listen: {host: 0.0.0.0, port: 1, protocol: amqp}
            cluster:
              name: c
              nodes:
                - {name: n1, host: 127.0.0.1, port: 11, replicationPort: 12, handThroughPort: 13}
                - {name: n2, host: localhost, port: 21, replicationPort: 22, handThroughPort: 23}
            """;

    private ServeOptions options(String text, Optional<Integer> port, Optional<String> node, boolean join)
            throws Exception {
        Path file = Files.writeString(folder.resolve("s.yaml"), text);
        return new ServeOptions(Optional.of(file), Optional.empty(), port, node, join);
    }

    @Test
    void aNodeOfAClusterListensWhereItsEntrySays() throws Exception {
        Configuration n2 =
                options(CLUSTER, Optional.empty(), Optional.of("n2"), false).configuration();
        assertEquals("localhost", n2.listen().host());
        assertEquals(21, n2.listen().port());
        assertEquals(2, ClusterSettings.raft(n2, 0).founders().size());
    }

    @Test
    void thePortOfTheCommandLineWinsOverTheEntry() throws Exception {
        Configuration n1 =
                options(CLUSTER, Optional.of(99), Optional.of("n1"), false).configuration();
        assertEquals(99, n1.listen().port());
        assertEquals("127.0.0.1", n1.listen().host());
    }

    private ServerAddresses addresses(String text) throws Exception {
        return ClusterSettings.addresses(
                options(text, Optional.empty(), Optional.of("n1"), false).configuration());
    }

    @Test
    void clientsAreToldOfTheNodesAndOfWhatTheFileSaysOfThem() throws Exception {
        assertEquals(
                List.of(
                        new Node(new Address("127.0.0.1", 11, "amqp"), List.of()),
                        new Node(new Address("localhost", 21, "amqp"), List.of())),
                addresses(CLUSTER).nodes());
        String text = CLUSTER.replace("amqp}", "amqps, tls: {certificates: [{file: x}]}}")
                .replace(
                        "handThroughPort: 13",
                        "handThroughPort: 13, clients: [{host: mq, port: 443, protocol: amqpwss, path: /n1}]");
        assertEquals(
                new Node(new Address("127.0.0.1", 11, "amqps"), List.of(new Address("mq", 443, "amqpwss", "/n1"))),
                addresses(text).nodes().get(0));
        assertEquals(List.of(), addresses(text).listed());
    }

    @Test
    void aPortForAllProtocolsIsAnAddressForEach() throws Exception {
        assertEquals(
                List.of(new Address("localhost", 21, "amqp"), new Address("localhost", 21, "amqpws")),
                addresses(CLUSTER.replace("protocol: amqp}", "protocol: any}"))
                        .nodes()
                        .get(1)
                        .clients());
        String text = CLUSTER.replace(
                "protocol: amqp}",
                "protocol: any, also: [{host: 127.0.0.1, port: 5, protocol: any}], tls: {certificates: [{file: x}]}}");
        assertEquals(
                List.of("21 amqp", "21 amqps", "21 amqpws", "21 amqpwss", "5 amqp", "5 amqps", "5 amqpws", "5 amqpwss"),
                addresses(text).nodes().get(1).clients().stream()
                        .map(address -> address.port() + " " + address.scheme())
                        .toList());
        assertEquals(
                new Address("localhost", 21, "amqp"),
                addresses(text).nodes().get(1).main());
    }

    /** Behind a proxy a node is reached by that, and on its loopback address by nobody else. */
    @Test
    void otherNodesHaveTheFurtherPortsThatClientsOfThisOneCanReach() throws Exception {
        String also = """
                protocol: amqp, trustedProxies: [10.0.0.1], also: [
                    {host: 0.0.0.0, port: 0, protocol: amqp},
                    {host: 127.0.0.1, port: 2, protocol: amqpws},
                    {host: 0.0.0.0, port: 3, protocol: amqps, proxyProtocol: required},
                    {host: 0.0.0.0, port: 4, protocol: amqpwss}], tls: {certificates: [{file: x}]}}
                """;
        String text = CLUSTER.replace("protocol: amqp}\n", also);
        FurtherPort loopback = new FurtherPort(2, "amqpws");
        FurtherPort everywhere = new FurtherPort(4, "amqpwss");
        assertEquals(List.of(loopback, everywhere), addresses(text).alike());
        String apart = text.replace("name: c", "name: c\n  secretFile: x")
                .replace("host: 127.0.0.1, port: 11", "host: 10.0.0.1, port: 11");
        assertEquals(List.of(everywhere), addresses(apart).alike());
    }

    @Test
    void failoverServersOfTheFileStay() throws Exception {
        String text = CLUSTER.replace(
                "protocol: amqp}",
                "protocol: amqp, failoverServers: [{host: x, port: 5, protocol: amqpws, path: /y}]}");
        assertEquals(
                List.of(new Address("x", 5, "amqpws", "/y")), addresses(text).listed());
    }

    @Test
    void aNodeThatJoinsFoundsNothing() throws Exception {
        Configuration n1 = options("node: n1\n" + CLUSTER, Optional.empty(), Optional.empty(), true)
                .configuration();
        assertEquals(List.of(), ClusterSettings.raft(n1, 0).founders());
        assertEquals(2, n1.cluster().nodes().size());
    }

    @Test
    void aNodeThatTheFileDoesNotKnowIsRefusedWithThoseItKnows() throws Exception {
        ServeOptions options = options(CLUSTER, Optional.empty(), Optional.of("n3"), false);
        ConfigurationException error = assertThrows(ConfigurationException.class, options::configuration);
        assertEquals(
                "cluster c: there is no node \"n3\" in cluster.nodes, only [n1, n2]: say which one this is with --node",
                error.getMessage());
    }

    @Test
    void theDataFolderIsKnownWithoutANode() throws Exception {
        assertEquals(
                Path.of("data"),
                options(CLUSTER, Optional.empty(), Optional.empty(), false)
                        .ofAnyNode()
                        .storage()
                        .dataDir());
    }

    @Test
    void onlyANodeOfAClusterCanJoin() throws Exception {
        ServeOptions options = options("node: n1\n", Optional.empty(), Optional.empty(), true);
        ConfigurationException error = assertThrows(ConfigurationException.class, options::configuration);
        assertEquals(
                "--join: is for a node of a cluster, but cluster.name is empty in the configuration",
                error.getMessage());
    }
}
