package io.sluice.server.config;

import static io.sluice.server.config.Configuration.UNLIMITED;

import io.sluice.amqp.message.DeadLetterNames;
import io.sluice.amqp.netty.CertificateUser;
import io.sluice.amqp.netty.TlsSettings.ClientCertificates;
import io.sluice.broker.NamePattern;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.DeadLetter;
import io.sluice.broker.security.Users.Anonymous;
import io.sluice.broker.security.Users.Plain;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What counts where nobody says otherwise; the shipped {@code sluice.yaml} says the same, and a test holds it to that. */
public final class Defaults {
    /** A queue nobody described; only its name is missing. */
    static final QueueDefinition QUEUE =
            QueueDefinition.named("*").withDeadLetter(new DeadLetter(Optional.of("DLQ"), Optional.empty(), 10));

    static final Listen.Tls TLS = new Listen.Tls(
            List.of(),
            ClientCertificates.NONE,
            CertificateUser.COMMON_NAME,
            "",
            "",
            List.of("TLSv1.3", "TLSv1.2"),
            List.of(),
            10_000);

    static final Listen LISTEN = new Listen(
            "127.0.0.1",
            5672,
            Listen.Protocol.AMQP,
            false,
            List.of(),
            List.of(),
            TLS,
            false,
            List.of(),
            List.of("*"),
            List.of());

    /** Its password is its name: it may connect from this machine only. */
    static final Configuration.User GUEST = new Configuration.User(
            "guest",
            Optional.of(
                    "scram-sha-256$4096$iyr3TcKzxu2X0ODtDRHbmQ==$x2zDlh5omDkciZ58lsY85M3T1jvwQx691/49xo9DDY0=$Qy4d2+YB4tkjfLarJ6ERthL28jk4ZEH5YcYvJ/OCOdw="
                            + " scram-sha-512$4096$4kANS6v6uNro5Jau1kx7eQ==$J5va44KDO0/Ru5/8F8C0lDOdspS7CWf3gVHuMLP2JcShjXT/Tc+bxHLSEb5YhNcMySerL1v9cD30oSflodc0qg==$1HaqutTAqpap5VRihqM5D3uiD72Jq00ngfOmnOluOhqU8jXfk4TKF/vnFVFa2EovTX4Zhlivk0sSd6Ios5+XUA=="),
            true,
            Optional.empty());

    static final Tokens TOKENS =
            new Tokens(false, 20_000, List.of(), new Tokens.Jwt("", "", "", "sub", "scope", List.of(), 60, 10_000));

    static final Configuration.Amqp AMQP = new Configuration.Amqp(
            10_000,
            65_536,
            Integer.MAX_VALUE,
            1_048_576,
            255,
            1024,
            4096,
            1000,
            60_000,
            10_000,
            300_000,
            256,
            50_000,
            33_554_432,
            1000,
            50_000,
            3600,
            Set.of(DeadLetterNames.SLUICE));

    static final QueueRules QUEUES = new QueueRules(
            List.of(new NamePattern("*")),
            List.of(new QueueRules.QueueTemplate(new NamePattern("*"), QUEUE)),
            List.of(),
            List.of(),
            List.of());

    static final TopicRules TOPICS =
            new TopicRules(List.of(), 10_000, List.of(new QueueRules.QueueTemplate(new NamePattern("*"), QUEUE)));

    static final Configuration.Storage STORAGE = new Configuration.Storage(
            Path.of("data"), 67_108_864, 536_870_912, 2_147_483_648L, 268_435_456, 1_000, 30_000, 100_663_296, 5_000);

    static final Configuration.Memory MEMORY = new Configuration.Memory(25, UNLIMITED);

    static final Configuration.Metrics METRICS = new Configuration.Metrics(false, 9_672);

    static final Cluster CLUSTER = new Cluster(
            "",
            List.of(),
            false,
            "",
            5_000,
            Cluster.Routing.HAND_THROUGH,
            10_000,
            new Cluster.Replication(Cluster.Sync.MAJORITY, 300, 600));

    /** The configuration of a broker that is given no file. */
    public static final Configuration CONFIGURATION = new Configuration(
            "sluice",
            LISTEN,
            new Configuration.Security(Anonymous.LOOPBACK, Plain.PROTECTED, false, List.of(GUEST), TOKENS),
            AMQP,
            QUEUES,
            TOPICS,
            STORAGE,
            MEMORY,
            METRICS,
            CLUSTER,
            new VirtualHost.Hosting(Optional.empty(), List.of(), 1),
            1,
            1);

    private Defaults() {}
}
