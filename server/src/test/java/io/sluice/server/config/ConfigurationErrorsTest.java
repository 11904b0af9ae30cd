package io.sluice.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The exact sentence an operator reads for each kind of mistake. */
class ConfigurationErrorsTest {
    @Test
    void anUnknownKeyNamesTheNearestKnownOne() {
        assertEquals(
                List.of("s.yaml line 12 column 3: amqp.maxFrameSizeByte is not a known key; did you mean"
                        + " maxFrameSizeBytes?"),
                problems("""
                        node: a
                        # 2
                        # 3
                        # 4
                        # 5
                        # 6
                        # 7
                        # 8
                        # 9
                        # 10
                        amqp:
                          maxFrameSizeByte: 65536
                        """));
    }

    @Test
    void tokensThatNobodyCouldShowOrAnybody() {
        assertEquals(
                List.of("s.yaml line 1 column 26: security.tokens.cbs is true, but no token is taken: sasKeys and"
                        + " jwt.keysFile are empty"),
                problems("security: {tokens: {cbs: true}}\n"));
        assertEquals(
                List.of(
                        "s.yaml line 3 column 14: security.tokens.sasKeys has some, which are for $cbs only: cbs is false"),
                problems("security:\n  tokens:\n    sasKeys: [{name: a, key: b}]\n"));
        assertEquals(
                List.of(
                        "s.yaml line 2 column 32: security.tokens.sasKeys[1].key is missing",
                        "s.yaml line 2 column 39: security.tokens.sasKeys[1].name is \"a\", which another key has already"),
                problems(
                        "security: {tokens: {cbs: true, sasKeys: [{name: a, key: b},\n                               {name: a}]}}\n"));
        assertEquals(
                List.of(
                        "s.yaml line 1 column 26: security.tokens.jwt.issuer is missing; with keysFile, tokens have to say it",
                        "s.yaml line 1 column 26: security.tokens.jwt.audience is missing; with keysFile, tokens have to say it",
                        "s.yaml line 1 column 53: security.tokens.jwt.scopes[0].permissions is missing"),
                problems("security: {tokens: {jwt: {keysFile: k.pem, scopes: [{name: a}]}}}\n"));
    }

    @Test
    void proxiesThatNobodyTrustsOrThatAreNone() {
        assertEquals(
                List.of(
                        "s.yaml line 1 column 9: listen.trustedProxies has none, but a port with proxyProtocol: required"
                                + " needs one"),
                problems("listen: {proxyProtocol: required}\n"));
        assertEquals(
                List.of(
                        "s.yaml line 1 column 26: listen.trustedProxies is wrong: \"mq.example.com\" is no address and no"
                                + " network such as 10.0.0.0/8"),
                problems("listen: {trustedProxies: [mq.example.com]}\n"));
        assertEquals(
                List.of("s.yaml line 1 column 25: listen.proxyProtocol is \"on\"; it must be one of off, required"),
                problems("listen: {proxyProtocol: on}\n"));
        assertEquals(
                List.of(
                        "s.yaml line 1 column 63: listen.failoverServers[0].proxyProtocol is not a known key; did you mean"
                                + " protocol?"),
                problems("listen: {failoverServers: [{host: a, port: 1, protocol: amqp, proxyProtocol: off}]}\n"));
    }

    @Test
    void shardsAndTheirPlaces() {
        assertEquals(
                List.of("s.yaml line 1 column 9: shards is \"65\"; it must be a whole number, from 1 to 64"),
                problems("shards: 65\n"));
        assertEquals(
                List.of(
                        "s.yaml line 4 column 36: queues.placement[0].shard is 2; with shards: 2 it must be 0 to 1",
                        "s.yaml line 5 column 7: queues.placement[1].shard is missing"),
                problems(
                        "shards: 2\nqueues:\n  placement:\n    - {pattern: \"orders.*\", shard: 2}\n    - {pattern: \"*\"}\n"));
        assertEquals(
                List.of(
                        "s.yaml line 2 column 54: storage.journalBudgetBytes is 4194304; it must be at least segmentBytes,"
                                + " which is 1048576, for each of 8 shards (those of virtual hosts too)"),
                problems("shards: 8\nstorage: {segmentBytes: 1048576, journalBudgetBytes: 4194304, journalMaxBytes:"
                        + " 67108864}\namqp: {largeMessageBytes: 65536}\n"));
    }

    @Test
    void virtualHostsAndTheirNames() {
        assertEquals(
                List.of(
                        "s.yaml line 2 column 12: virtualHosts[0].name is \"10.0.0.1\"; it must be 1 to 64 letters, digits,"
                                + " \"-\", \"_\" and \".\", and neither an address nor localhost: those are the default host",
                        "s.yaml line 4 column 12: virtualHosts[2].name is \"Blue\", which another virtual host is called"
                                + " already",
                        "s.yaml line 5 column 5: virtualHosts[3].name is missing",
                        "s.yaml line 5 column 17: virtualHosts[3].hostNames has \"BLUE\", which the virtual host \"blue\" is"
                                + " called already",
                        "s.yaml line 6 column 28: virtualHosts[4].queues.autocreate is not a known key; did you mean"
                                + " autoCreate?"),
                problems("""
                        virtualHosts:
                          - {name: 10.0.0.1}
                          - {name: blue}
                          - {name: Blue}
                          - {hostNames: [BLUE]}
                          - {name: green, queues: {autocreate: ["*"]}}
                        """));
    }

    @Test
    void accountsOfAVirtualHost() {
        assertEquals(
                List.of(
                        "s.yaml line 4 column 7: virtualHosts[0].accounts[0].password is missing",
                        "s.yaml line 6 column 14: virtualHosts[0].accounts[2].name is \"bert\", which another user has"
                                + " already"),
                problems("""
                        virtualHosts:
                          - name: blue
                            accounts:
                            - {name: anna}
                            - {name: bert, permissions: {}}
                            - {name: bert, permissions: {}}
                          - {name: green, accounts: [{name: bert, permissions: {}}]}
                        """));
    }

    @Test
    void whereClientsAreToGoTheyHaveToKnowWhatToSpeak() {
        assertEquals(
                List.of(
                        "s.yaml line 2 column 67: listen.failoverServers[0].protocol is any; a client has to know which"),
                problems("listen:\n  failoverServers: [{host: mq1.example.com, port: 5672, protocol: any}]\n"));
    }

    @Test
    void anUnknownKeyLikeNoOtherNamesAll() {
        assertEquals(
                List.of(
                        "s.yaml line 2 column 3: listen.zzzzzz is not a known key; the keys here are allowedOrigins, also,"
                                + " failoverServers, host, hostNames, port, protocol, proxyProtocol, tls, trustedProxies,"
                                + " webSocketCompression"),
                problems("listen:\n  zzzzzz: 1\n"));
    }

    @Test
    void aPortWithTlsNeedsACertificate() {
        String text = "has none, but a port with TLS needs one";
        assertEquals(
                List.of("s.yaml line 2 column 8: listen.tls.certificates " + text),
                problems("listen:\n  tls: {}\n  protocol: amqps\n"));
        assertEquals(
                List.of("s.yaml: listen.tls.certificates " + text),
                problems("listen:\n  also:\n    - {host: a, port: 1, protocol: amqps}\n"));
    }

    @Test
    void whatIsWrongWithTlsAndFurtherPorts() {
        assertEquals(
                List.of(
                        "s.yaml line 3 column 7: listen.also[0].port is missing",
                        "s.yaml line 3 column 7: listen.also[0].protocol is missing",
                        "s.yaml line 4 column 36: listen.also[1].protocol is \"tls\"; it must be one of amqp, amqps,"
                                + " amqpws, amqpwss, any",
                        "s.yaml line 6 column 16: listen.tls.protocols is [SSLv3]; it must be one or more of"
                                + " [TLSv1.3, TLSv1.2]",
                        "s.yaml line 8 column 9: listen.tls.certificates[0].file is missing",
                        "s.yaml line 9 column 25: listen.tls.clientCertificates is \"maybe\"; it must be one of none,"
                                + " required, wanted"),
                problems("""
                        listen:
                          also:
                            - host: a
                            - {host: b, port: 1, protocol: tls}
                          tls:
                            protocols: [SSLv3]
                            certificates:
                              - keyFile: x
                            clientCertificates: maybe
                        """));
    }

    @Test
    void aKeyInTheWrongCaseIsUnknown() {
        assertEquals(
                List.of("s.yaml line 1 column 1: Node is not a known key; did you mean node?"), problems("Node: x\n"));
    }

    @Test
    void notYamlAtAll() {
        assertEquals(
                List.of("s.yaml line 3 column 9: this is not YAML: mapping values are not allowed here"),
                problems("node: a\nlisten:\n  a b: c: d\n"));
        assertEquals(
                List.of("s.yaml line 2 column 1: this is not YAML: found character '\\t(TAB)' that cannot start any"
                        + " token. (Do not use \\t(TAB) for indentation)"),
                problems("listen:\n\tport: 1\n"));
    }

    @Test
    void aNumberOutOfItsRange() {
        assertEquals(
                List.of("s.yaml line 2 column 9: listen.port is \"70000\"; it must be a whole number, from 0 to 65535"),
                problems("listen:\n  port: 70000\n"));
        assertEquals(
                List.of("s.yaml line 2 column 22: amqp.maxFrameSizeBytes is \"64k\"; it must be a whole number, from"
                        + " 512 to 16777215"),
                problems("amqp:\n  maxFrameSizeBytes: 64k\n"));
        assertEquals(
                List.of("s.yaml line 2 column 20: memory.maxMessageBytes is \"12.5\"; it must be a whole number,"
                        + " 1048576 or more, or unlimited"),
                problems("memory:\n  maxMessageBytes: 12.5\n"));
    }

    @Test
    void aLongestWaitBelowTheFirst() {
        assertEquals(
                List.of("s.yaml line 4 column 29: queues.declared[0].retryMaxDelayMillis is 99; it must be at least"
                        + " retryDelayMillis, which is 100"),
                problems("""
                        queues:
                          declared:
                            - {name: a, retryBackoff: fixed, retryDelayMillis: 100,
                               retryMaxDelayMillis: 99}
                        """));
    }

    @Test
    void aNumberTooLongForANumber() {
        assertEquals(
                List.of("s.yaml line 2 column 17: storage.segmentBytes is \"99999999999999999999\"; it must be a whole"
                        + " number, from 1048576 to 1073741824"),
                problems("storage:\n  segmentBytes: 99999999999999999999\n"));
    }

    @Test
    void aWordThatIsNotAChoice() {
        assertEquals(
                List.of("s.yaml line 2 column 14: security.anonymous is \"maybe\"; it must be one of always, loopback,"
                        + " never"),
                problems("security:\n  anonymous: maybe\n"));
        assertEquals(
                List.of(
                        "s.yaml line 5 column 16: queues.templates[0].durable is \"yes\"; it must be one of false, true"),
                problems("queues:\n  templates:\n    # any\n    - pattern: a*\n      durable: yes\n"));
    }

    @Test
    void theWrongShape() {
        assertEquals(
                List.of("s.yaml line 1 column 9: listen is \"5672\"; it must be a mapping of keys to values"),
                problems("listen: 5672\n"));
        assertEquals(
                List.of("s.yaml line 2 column 15: queues.autoCreate is \"*\"; it must be a list"),
                problems("queues:\n  autoCreate: \"*\"\n"));
        assertEquals(List.of("s.yaml line 1 column 7: node is a list; it must be a text"), problems("node: [a, b]\n"));
        assertEquals(
                List.of("s.yaml line 1 column 1: the file is a list; it must be a mapping of keys to values"),
                problems("- node\n"));
    }

    @Test
    void aKeyGivenTwice() {
        assertEquals(
                List.of("s.yaml line 3 column 1: node is given twice, first in line 1"),
                problems("node: a\nlisten:\nnode: b\n"));
    }

    @Test
    void aKeyWithoutValue() {
        assertEquals(List.of("s.yaml line 1 column 6: node is empty; it must be a text"), problems("node:\n"));
    }

    @Test
    void aUserWithAPasswordInClearIsRefusedWithoutShowingIt() {
        List<String> problems = problems("security:\n  users:\n    - name: ann\n      password: sesame\n");
        assertEquals(
                List.of("s.yaml line 4 column 17: security.users[0].password is not what `sluice user hash`"
                        + " prints: a stored password begins with scram-sha-256$, scram-sha-512$ or scram-sha-1$"),
                problems);
        assertFalse(problems.toString().contains("sesame"));
    }

    @Test
    void aUserWithoutPassword() {
        assertEquals(
                List.of("s.yaml line 3 column 7: security.users[0].password is missing"),
                problems("security:\n  users:\n    - name: ann\n"));
    }

    @Test
    void twoOfOneName() {
        String user =
                "    - name: ann\n      password: " + Defaults.GUEST.password().orElseThrow() + "\n";
        assertEquals(
                List.of("s.yaml line 5 column 13: security.users[1].name is \"ann\", which another user has already"),
                problems("security:\n  users:\n" + user + user));
        assertEquals(
                List.of("s.yaml line 4 column 13: queues.declared[1].name is \"q\", which another queue has already"),
                problems("queues:\n  declared:\n    - name: q\n    - name: q\n"));
    }

    @Test
    void aQueueOfTheBrokersOwn() {
        assertEquals(
                List.of("s.yaml line 3 column 13: queues.declared[0].name is \"$management\"; it must be 1 to 255"
                        + " characters and not start with $"),
                problems("queues:\n  declared:\n    - name: $management\n"));
    }

    @Test
    void weightsThatCannotBe() {
        assertEquals(
                List.of("s.yaml line 3 column 42: queues.declared[0].weights has 2 entries; it must have 10, of"
                        + " priority 0 to 9"),
                problems("queues:\n  declared:\n    - {name: q, kind: weighted, weights: [1, 2]}\n"));
        assertEquals(
                List.of("s.yaml line 3 column 38: queues.declared[0].weights is given for a queue whose kind is not"
                        + " weighted"),
                problems("queues:\n  declared:\n    - {name: q, kind: fifo, weights: [1, 2]}\n"));
    }

    @Test
    void aPaceAtWhichNoCheckpointWouldEnd() throws Exception {
        assertEquals(
                List.of(
                        "s.yaml line 2 column 29: storage.checkpointBytesPerSecond is 96; it must be 0, for no limit, or"
                                + " at least 1048576"),
                problems("storage:\n  checkpointBytesPerSecond: 96\n"));
        assertEquals(
                List.of(
                        "s.yaml line 2 column 29: storage.checkpointBytesPerSecond is \"-1\"; it must be a whole number,"
                                + " 0 or more"),
                problems("storage:\n  checkpointBytesPerSecond: -1\n"));
        for (long pace : new long[] {0, 1_048_576, 200_000_000}) {
            assertEquals(
                    pace,
                    ConfigurationFile.parse("s.yaml", "storage:\n  checkpointBytesPerSecond: " + pace + "\n")
                            .storage()
                            .checkpointBytesPerSecond());
        }
    }

    @Test
    void sizesThatDoNotFitEachOther() {
        assertEquals(
                List.of("s.yaml line 2 column 23: storage.journalBudgetBytes is 7000000; it must be at least"
                        + " segmentBytes, which is 67108864"),
                problems("storage:\n  journalBudgetBytes: 7000000\n"));
        assertEquals(
                List.of("s.yaml line 2 column 20: storage.journalMaxBytes is 536870912; it must be at least"
                        + " journalBudgetBytes and three times segmentBytes, which is 738197504"),
                problems("storage:\n  journalMaxBytes: 536870912\n"));
        assertEquals(
                List.of("s.yaml line 2 column 17: storage.segmentBytes is 67108865; it must be a multiple of 4096"),
                problems("storage:\n  segmentBytes: 67108865\n"));
        assertEquals(
                List.of("s.yaml line 2 column 17: storage.segmentBytes is 1048576; it must be at least twice"
                        + " amqp.largeMessageBytes, which is 1048576"),
                problems("storage:\n  segmentBytes: 1048576\n"));
    }

    @Test
    void allOfAFileAreReportedInItsOrder() {
        assertEquals(
                List.of(
                        "s.yaml line 1 column 1: nod is not a known key; did you mean node?",
                        "s.yaml line 3 column 9: listen.port is \"x\"; it must be a whole number, from 0 to 65535",
                        "s.yaml line 4 column 3: listen.hots is not a known key; did you mean host?",
                        "s.yaml line 5 column 13: eventLoops is \"0\"; it must be a whole number, from 1 to 64"),
                problems("nod: a\nlisten:\n  port: x\n  hots: b\neventLoops: 0\n"));
    }

    @Test
    void aLongValueIsCutAndStaysOnOneLine() {
        assertEquals(
                List.of("s.yaml line 1 column 13: eventLoops is \"" + "7".repeat(40) + "…\"; it must be a whole number,"
                        + " from 1 to 64"),
                problems("eventLoops: " + "7".repeat(60) + "\n"));
    }

    private static List<String> problems(String text) {
        ConfigurationException error =
                assertThrows(ConfigurationException.class, () -> ConfigurationFile.parse("s.yaml", text));
        return error.problems().stream().map(Problem::toString).toList();
    }

    @Test
    void permissionsOfUsers() throws Exception {
        assertEquals(
                List.of("s.yaml line 5 column 16: security.users[0].permissions.send[0] is \"\"; it must be a text"),
                problems("security:\n  users:\n    - name: ann\n      permissions:\n        send: [\"\"]\n"));
        List<String> unknown = problems("security:\n  users:\n    - name: ann\n      permissions: {fly: [\"*\"]}\n");
        assertEquals(1, unknown.size(), unknown.toString());
        assertTrue(unknown.get(0).contains("permissions.fly"), unknown.get(0));
    }
}
