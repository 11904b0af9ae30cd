package io.sluice.server.config;

import io.sluice.amqp.message.DeadLetterNames;
import io.sluice.broker.NamePattern;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.security.Permissions.Action;
import io.sluice.broker.security.StoredPassword;
import io.sluice.broker.security.Users.Anonymous;
import io.sluice.broker.security.Users.Plain;
import io.sluice.broker.shard.Placement;
import io.sluice.server.config.Configuration.User;
import io.sluice.server.config.Section.Range;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.Node;

/** Makes a {@link Configuration} of a parsed file, key by key. */
final class ConfigurationBinder {
    /** In place of a text that has no default and is not there, which is reported. */
    static final String MISSING = "?";

    private static final int MAX_FRAME_SIZE_BYTES = 16_777_215;
    private static final int MIN_LARGE_MESSAGE_BYTES = 65_536;
    private static final int MAX_LARGE_MESSAGE_BYTES = 268_435_456;
    private static final int MAX_USER_NAME_LENGTH = io.sluice.broker.security.User.MAX_NAME_LENGTH;
    private static final int MAX_MILLIS = 86_400_000;
    private static final Range SEGMENT_BYTES = new Range(1 << 20, 1 << 30, false);
    private static final int SEGMENT_STEP_BYTES = 4096;
    /** At which the journal's default budget takes nine minutes to move. */
    private static final long MIN_CHECKPOINT_BYTES_PER_SECOND = 1 << 20;
    /** Those the journal writes to and prepares while the budget is full. */
    private static final long SEGMENTS_BEYOND_BUDGET = 3;

    private static final Map<String, DeadLetterNames> DEAD_LETTER_NAMES = Map.of(
            "sluice", DeadLetterNames.SLUICE, "artemis", DeadLetterNames.ARTEMIS, "rabbitmq", DeadLetterNames.RABBITMQ);

    private final Problems problems;

    ConfigurationBinder(Problems problems) {
        this.problems = problems;
    }

    /** Problems are left with {@link Problems}; the answer is of use only when there are none. */
    Configuration bind(Node root) {
        Section file = new Section(problems, "", root);
        Configuration defaults = Defaults.CONFIGURATION;
        Configuration.Amqp amqp = amqp(file.section("amqp"));
        int shards = file.number("shards", 1, Placement.MAX_SHARDS, defaults.shards());
        QueueRules queues = new QueueRulesBinder().bind(file.section("queues"), shards);
        List<VirtualHost> hosts = new VirtualHostsBinder().bind(file, queues, amqp.maxConnections());
        int parts = shards + hosts.size();
        Configuration configuration = new Configuration(
                file.text("node", defaults.node()),
                new ListenBinder().bind(file.section("listen")),
                security(file.section("security")),
                amqp,
                queues,
                new QueueRulesBinder().bindTopics(file.section("topics")),
                // What is larger never is in the journal as a whole.
                storage(file.section("storage"), Math.min(amqp.largeMessageBytes(), amqp.maxMessageSizeBytes()), parts),
                memory(file.section("memory")),
                metrics(file.section("metrics")),
                new ClusterBinder().bind(file, amqp),
                new VirtualHost.Hosting(Optional.empty(), hosts, parts),
                shards,
                file.number("eventLoops", 1, 64, defaults.eventLoops()));
        file.end();
        return configuration;
    }

    private static Configuration.Security security(Section section) {
        Configuration.Security defaults = Defaults.CONFIGURATION.security();
        Anonymous anonymous = section.choice(
                "anonymous",
                Map.of("never", Anonymous.NEVER, "loopback", Anonymous.LOOPBACK, "always", Anonymous.ALWAYS),
                defaults.anonymous());
        Plain plain = section.choice(
                "plain",
                Map.of("never", Plain.NEVER, "protected", Plain.PROTECTED, "always", Plain.ALWAYS),
                defaults.plain());
        boolean scramSha1 = section.flag("scramSha1", defaults.scramSha1());
        List<User> users =
                section.sections("users").map(ConfigurationBinder::users).orElse(defaults.users());
        Tokens tokens = TokensBinder.bind(section.section("tokens"));
        section.end();
        return new Configuration.Security(anonymous, plain, scramSha1, users, tokens);
    }

    static List<User> users(List<Section> sections) {
        List<User> users = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Section section : sections) {
            Optional<Permissions> permissions = permissions(section);
            Optional<String> password = section.has("password") || permissions.isEmpty()
                    ? Optional.of(required(section, "password"))
                    : Optional.empty();
            User user = new User(required(section, "name"), password, section.flag("loopbackOnly", false), permissions);
            if (section.has("name") && !names.add(user.name())) {
                section.problem("name", "is \"" + user.name() + "\", which another user has already");
            }
            if (user.name().isEmpty() || user.name().length() > MAX_USER_NAME_LENGTH) {
                section.problem(
                        "name",
                        "has " + user.name().length() + " characters; it must have 1 to " + MAX_USER_NAME_LENGTH);
            }
            if (section.has("password")) {
                checkPassword(section, user.password().orElseThrow());
            }
            section.end();
            users.add(user);
        }
        return users;
    }

    /** Not there: everything is allowed. */
    static Optional<Permissions> permissions(Section user) {
        if (!user.has("permissions")) {
            return Optional.empty();
        }
        Section section = user.section("permissions");
        Map<Action, List<NamePattern>> patterns = new EnumMap<>(Action.class);
        for (Action action : Action.values()) {
            List<NamePattern> some = section.texts(action.shown()).orElse(List.of()).stream()
                    .map(NamePattern::new)
                    .toList();
            try {
                patterns.putAll(new Permissions(Map.of(action, some)).patterns());
            } catch (IllegalArgumentException e) {
                section.problem(action.shown(), "is wrong: " + e.getMessage());
            }
        }
        section.end();
        return Optional.of(new Permissions(patterns));
    }

    /** The value is not shown: it may be a password in clear. */
    private static void checkPassword(Section section, String stored) {
        try {
            StoredPassword.parse(stored);
        } catch (IllegalArgumentException e) {
            section.problem("password", "is not what `sluice user hash` prints: " + e.getMessage());
        }
    }

    private static Configuration.Amqp amqp(Section section) {
        Configuration.Amqp defaults = Defaults.AMQP;
        Configuration.Amqp amqp = new Configuration.Amqp(
                section.number("maxConnections", 1, 1_000_000, defaults.maxConnections()),
                section.number("maxFrameSizeBytes", 512, MAX_FRAME_SIZE_BYTES, defaults.maxFrameSizeBytes()),
                section.number("maxMessageSizeBytes", 1024, Integer.MAX_VALUE, defaults.maxMessageSizeBytes()),
                section.number(
                        "largeMessageBytes",
                        MIN_LARGE_MESSAGE_BYTES,
                        MAX_LARGE_MESSAGE_BYTES,
                        defaults.largeMessageBytes()),
                section.number("channelMax", 0, 65_535, defaults.channelMax()),
                section.number("maxLinksPerSession", 1, 65_536, defaults.maxLinksPerSession()),
                section.number("maxLinksPerConnection", 1, 1_000_000, defaults.maxLinksPerConnection()),
                section.number("linkCreditMessages", 1, 1_000_000, defaults.linkCreditMessages()),
                section.number("idleTimeoutMillis", 0, MAX_MILLIS, defaults.idleTimeoutMillis()),
                section.number("preOpenTimeoutMillis", 100, MAX_MILLIS, defaults.preOpenTimeoutMillis()),
                section.number("transactionTimeoutMillis", 0, MAX_MILLIS, defaults.transactionTimeoutMillis()),
                section.number("maxTransactionsPerConnection", 1, 65_536, defaults.maxTransactionsPerConnection()),
                section.number("maxTransactionOperations", 1, 1_000_000, defaults.maxTransactionOperations()),
                section.number("maxTransactionBytes", Range.atLeast(1024), defaults.maxTransactionBytes()),
                section.number("maxDynamicNodesPerConnection", 1, 1_000_000, defaults.maxDynamicNodesPerConnection()),
                section.number("maxDynamicNodes", 1, 10_000_000, defaults.maxDynamicNodes()),
                section.number("maxTerminusTimeoutSeconds", 0, MAX_MILLIS / 1000, defaults.maxTerminusTimeoutSeconds()),
                section.choices("deadLetterAnnotations", DEAD_LETTER_NAMES).orElse(defaults.deadLetterAnnotations()));
        section.end();
        return amqp;
    }

    /** @param parts that share what is allowed */
    private static Configuration.Storage storage(Section section, int largeMessageBytes, int parts) {
        Configuration.Storage defaults = Defaults.STORAGE;
        Configuration.Storage storage = new Configuration.Storage(
                path(section, "dataDir", defaults.dataDir()),
                section.number("segmentBytes", SEGMENT_BYTES, defaults.segmentBytes()),
                section.number("journalBudgetBytes", Range.atLeast(1), defaults.journalBudgetBytes()),
                section.number("journalMaxBytes", Range.atLeast(1), defaults.journalMaxBytes()),
                section.number("minFreeDiskBytes", Range.atLeast(0), defaults.minFreeDiskBytes()),
                section.number("slowForceMillis", 1, MAX_MILLIS, defaults.slowForceMillis()),
                section.number("stalledForceMillis", 1, MAX_MILLIS, defaults.stalledForceMillis()),
                section.number("checkpointBytesPerSecond", Range.atLeast(0), defaults.checkpointBytesPerSecond()),
                section.number("idleCheckpointMillis", 0, MAX_MILLIS, defaults.idleCheckpointMillis()));
        section.end();
        if (storage.stalledForceMillis() <= storage.slowForceMillis()) {
            section.problem(
                    "stalledForceMillis",
                    "is " + storage.stalledForceMillis() + "; it must be more than slowForceMillis, which is "
                            + storage.slowForceMillis());
        }
        long pace = storage.checkpointBytesPerSecond();
        if (pace > 0 && pace < MIN_CHECKPOINT_BYTES_PER_SECOND) {
            section.problem(
                    "checkpointBytesPerSecond",
                    "is " + pace + "; it must be 0, for no limit, or at least " + MIN_CHECKPOINT_BYTES_PER_SECOND);
        }
        checkSegments(section, storage, largeMessageBytes, parts);
        return storage;
    }

    /** The journal's own rules, said here in terms of the file. */
    private static void checkSegments(
            Section section, Configuration.Storage storage, int largeMessageBytes, int parts) {
        long segment = storage.segmentBytes();
        long leastMax = storage.journalBudgetBytes() + SEGMENTS_BEYOND_BUDGET * segment * parts;
        String each = parts == 1 ? "" : " for each of " + parts + " shards (those of virtual hosts too)";
        if (segment % SEGMENT_STEP_BYTES != 0) {
            section.problem("segmentBytes", "is " + segment + "; it must be a multiple of " + SEGMENT_STEP_BYTES);
        } else if (segment < 2L * largeMessageBytes) {
            section.problem(
                    "segmentBytes",
                    "is " + segment + "; it must be at least twice amqp.largeMessageBytes, which is "
                            + largeMessageBytes);
        }
        if (storage.journalBudgetBytes() < segment * parts) {
            section.problem(
                    "journalBudgetBytes",
                    "is " + storage.journalBudgetBytes() + "; it must be at least segmentBytes, which is " + segment
                            + (parts == 1 ? "" : "," + each));
        }
        if (storage.journalMaxBytes() < leastMax) {
            section.problem(
                    "journalMaxBytes",
                    "is " + storage.journalMaxBytes() + "; it must be at least journalBudgetBytes and three times"
                            + " segmentBytes" + each + ", which is " + leastMax);
        }
    }

    private static Configuration.Memory memory(Section section) {
        Configuration.Memory memory = new Configuration.Memory(
                section.number("maxMessagePercentOfHeap", 1, 90, Defaults.MEMORY.maxMessagePercentOfHeap()),
                section.number(
                        "maxMessageBytes", Range.atLeastOrUnlimited(1 << 20), Defaults.MEMORY.maxMessageBytes()));
        section.end();
        return memory;
    }

    private static Configuration.Metrics metrics(Section section) {
        Configuration.Metrics metrics = new Configuration.Metrics(
                section.flag("prometheus", Defaults.METRICS.prometheus()),
                section.number("port", 0, 65_535, Defaults.METRICS.port()));
        section.end();
        return metrics;
    }

    private static Path path(Section section, String key, Path fallback) {
        String text = section.text(key, fallback.toString());
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            section.problem(key, "is not a path: " + e.getReason());
            return fallback;
        }
    }

    /** A text that has no default. */
    static String required(Section section, String key) {
        String text = section.text(key, MISSING);
        if (!section.has(key)) {
            section.problem(key, "is missing");
        }
        return text;
    }
}
