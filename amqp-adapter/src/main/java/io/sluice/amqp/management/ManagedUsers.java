package io.sluice.amqp.management;

import io.sluice.amqp.ConnectionRegistry;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.record.DefinitionRecord.UserDefined;
import io.sluice.broker.record.DefinitionRecord.UserDeleted;
import io.sluice.broker.security.Principal;
import io.sluice.broker.security.StoredPassword;
import io.sluice.broker.security.User;
import io.sluice.broker.shard.DefinitionChange;
import io.sluice.broker.shard.DefinitionChange.Refused;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Entity type {@code user}. Passwords come and are kept as SCRAM needs them, and nobody is shown them. Users of the configuration are
 * listed, too, and stay as they are. DELETE closes the user's connections. Those of a virtual host are accounts of that host, and without
 * a password what a user of the broker may do there.
 */
final class ManagedUsers implements Listing {
    static final String TYPE = "user";

    private static final Map<String, Function<Shown, Object>> ATTRIBUTES = attributesByName();

    private final Queues queues;
    private final Map<String, User> configured;
    private final Optional<String> virtualHost;
    private final ConnectionRegistry connections;

    private record Shown(User user, String origin) {}

    ManagedUsers(Queues queues, Configured configured, ConnectionRegistry connections) {
        this.queues = queues;
        this.configured = configured.users();
        this.virtualHost = configured.virtualHost();
        this.connections = connections;
    }

    EntityType type() {
        return EntityType.of(
                TYPE,
                attributes(),
                new SimpleOperation("CREATE", UserSettings.NAMES, this::create),
                new SimpleOperation("READ", List.of(), this::read),
                new SimpleOperation("UPDATE", UserSettings.NAMES, this::update),
                new SimpleOperation("DELETE", List.of(), this::delete));
    }

    private static Map<String, Function<Shown, Object>> attributesByName() {
        Map<String, Function<Shown, Object>> all = new LinkedHashMap<>();
        all.put("name", of -> of.user.name());
        all.put("identity", of -> of.user.name());
        all.put("type", of -> TYPE);
        all.put("origin", of -> of.origin);
        all.put(UserSettings.LOOPBACK_ONLY, of -> of.user.loopbackOnly());
        all.put(
                "iterations",
                of -> of.user.password().map(StoredPassword::iterations).orElse(null));
        all.put(
                UserSettings.PERMISSIONS,
                of -> of.user.permissions().map(UserSettings::shown).orElse(null));
        return all;
    }

    @Override
    public List<String> attributes() {
        return List.copyOf(ATTRIBUTES.keySet());
    }

    private static Map<String, Object> describe(Shown shown) {
        Map<String, Object> values = new LinkedHashMap<>();
        ATTRIBUTES.forEach((name, read) -> values.put(name, read.apply(shown)));
        return values;
    }

    /** Who was removed in the meantime, in the same batch, is not there any more. */
    private Map<String, Object> described(String name, Definitions now) {
        Shown shown = all(now).get(name);
        return shown == null ? Map.of() : describe(shown);
    }

    private Map<String, Shown> all(Definitions defined) {
        Map<String, Shown> all = new TreeMap<>();
        defined.users().forEach((name, user) -> all.put(name, new Shown(user, "defined")));
        configured.forEach((name, user) -> all.put(name, new Shown(user, "configuration")));
        return all;
    }

    @Override
    public void page(Page page, Consumer<Rows> then) {
        List<Shown> all = List.copyOf(all(queues.definitions().definitions()).values());
        then.accept(new Rows(page.of(all).stream().map(ManagedUsers::describe).toList(), all.size()));
    }

    private void read(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        Shown found = all(queues.definitions().definitions()).get(name);
        if (found == null) {
            throw new ManagementException(Status.NOT_FOUND, noUser(name));
        }
        answer.give(Status.OK, "OK", describe(found));
    }

    private static String noUser(String name) {
        return "there is no user '" + name + "'";
    }

    private void create(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        UserSettings settings = UserSettings.of(request.body());
        if (settings.password().isEmpty() && settings.permissions().isEmpty()) {
            throw ManagementException.badRequest(
                    "attribute 'password' is missing: the hash that `sluice user hash` prints;"
                            + " one who is known otherwise has permissions at least");
        }
        refuseConfigured(name);
        User asked = settings.over(named(name));
        define(answer, Status.CREATED, "Created", asked.name(), are -> {
            User there = are.users().get(name);
            if (there != null && !there.equals(asked)) {
                throw new Refused(Kind.PRECONDITION_FAILED, "user '" + name + "' exists with other settings");
            }
            if (there == null && are.users().size() >= Definitions.MAX_USERS) {
                throw new Refused(
                        Kind.RESOURCE_LIMIT_EXCEEDED,
                        "there are " + Definitions.MAX_USERS + " users, and there may be no more");
            }
            return new UserDefined(asked);
        });
    }

    private static User named(String name) throws ManagementException {
        try {
            return new User(name, Optional.empty(), false, Optional.empty());
        } catch (IllegalArgumentException e) {
            throw ManagementException.badRequest(e.getMessage());
        }
    }

    private void update(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        UserSettings settings = UserSettings.of(request.body());
        if (settings.isEmpty()) {
            throw ManagementException.badRequest("the body names no attribute to change");
        }
        refuseConfigured(name);
        define(answer, Status.OK, "OK", name, are -> new UserDefined(settings.over(existing(are, name))));
    }

    private static User existing(Definitions are, String name) throws Refused {
        User there = are.users().get(name);
        if (there == null) {
            throw new Refused(Kind.NOT_FOUND, noUser(name));
        }
        return there;
    }

    private void define(Answer answer, int status, String description, String name, DefinitionChange change)
            throws ManagementException {
        queues.changedDefinitions().define(change, Queues.NO_BATCHES, answer.then(now -> {
            changed(name);
            answer.give(status, description, described(name, now));
        }));
    }

    /** Whom this host knows by the name: a user of the broker, or an account. Who was admitted by what is gone has to go. */
    private void changed(String name) {
        connections.permissionsChanged(new Principal(name));
        if (virtualHost.isPresent()) {
            connections.permissionsChanged(new Principal(name, virtualHost));
        }
    }

    /** One that was defined, and stands in the configuration now, may be removed: the other stays. */
    private void delete(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        if (!queues.definitions().definitions().users().containsKey(name)) {
            refuseConfigured(name);
        }
        User[] removed = new User[1];
        DefinitionChange change = are -> {
            removed[0] = existing(are, name);
            return new UserDeleted(name);
        };
        queues.changedDefinitions().define(change, Queues.NO_BATCHES, answer.then(now -> {
            // Who has no password is known otherwise, and still is; and one of the configuration counted before, too.
            boolean ofBroker = virtualHost.isEmpty();
            if (ofBroker && removed[0].password().isPresent() && !configured.containsKey(name)) {
                connections.closeUser(new Principal(name), "user '" + name + "' was removed");
            } else {
                changed(name);
            }
            answer.give(Status.NO_CONTENT, "No Content", Map.of());
        }));
    }

    private void refuseConfigured(String name) throws ManagementException {
        if (configured.containsKey(name)) {
            throw new ManagementException(
                    Status.FORBIDDEN, "user '" + name + "' stands in the configuration file, and is changed there");
        }
    }
}
