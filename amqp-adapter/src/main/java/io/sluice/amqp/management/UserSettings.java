package io.sluice.amqp.management;

import io.sluice.broker.NamePattern;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.security.Permissions.Action;
import io.sluice.broker.security.StoredPassword;
import io.sluice.broker.security.User;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What the body of a CREATE or UPDATE says of a user; what it leaves out is empty. */
record UserSettings(
        Optional<StoredPassword> password,
        Optional<Boolean> loopbackOnly,
        Optional<Optional<Permissions>> permissions) {
    static final String PASSWORD = "password";
    static final String LOOPBACK_ONLY = "loopbackOnly";
    static final String PERMISSIONS = "permissions";
    static final List<String> NAMES = List.of(PASSWORD, LOOPBACK_ONLY, PERMISSIONS);

    /** Allowed and without meaning: they say again what the request's properties say. */
    private static final Set<String> REPEATED = Set.of("name", "type");

    static UserSettings of(Map<?, ?> body) throws ManagementException {
        for (Object key : body.keySet()) {
            if (!(key instanceof String) || !(NAMES.contains(key) || REPEATED.contains(key))) {
                throw ManagementException.badRequest("a user has no attribute '" + key + "' to set");
            }
        }
        return new UserSettings(
                password(body.get(PASSWORD)),
                flag(body.get(LOOPBACK_ONLY)),
                body.containsKey(PERMISSIONS) ? Optional.of(permissions(body.get(PERMISSIONS))) : Optional.empty());
    }

    /** Of a value that is wrong nothing is shown: it may be a password as it is. */
    private static Optional<StoredPassword> password(Object value) throws ManagementException {
        if (value == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(StoredPassword.parse(value instanceof String text ? text : ""));
        } catch (IllegalArgumentException e) {
            throw ManagementException.badRequest(
                    "attribute 'password' is not what `sluice user hash` prints: " + e.getMessage());
        }
    }

    private static Optional<Boolean> flag(Object value) throws ManagementException {
        if (value != null && !(value instanceof Boolean)) {
            throw ManagementException.badRequest("attribute '" + LOOPBACK_ONLY + "' is no boolean");
        }
        return Optional.ofNullable((Boolean) value);
    }

    /** Null takes them away: everything is allowed then. */
    private static Optional<Permissions> permissions(Object value) throws ManagementException {
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof Map<?, ?> given)) {
            throw ManagementException.badRequest("attribute 'permissions' is no map of actions to lists of patterns");
        }
        Map<Action, List<NamePattern>> patterns = new EnumMap<>(Action.class);
        for (Map.Entry<?, ?> entry : given.entrySet()) {
            Action action = Stream.of(Action.values())
                    .filter(each -> each.shown().equals(entry.getKey()))
                    .findFirst()
                    .orElseThrow(
                            () -> ManagementException.badRequest("attribute 'permissions' has send, receive, browse,"
                                    + " create and manage, not '" + entry.getKey() + "'"));
            patterns.put(action, patterns(action, entry.getValue()));
        }
        try {
            return Optional.of(new Permissions(patterns));
        } catch (IllegalArgumentException e) {
            throw ManagementException.badRequest(e.getMessage());
        }
    }

    private static List<NamePattern> patterns(Action action, Object value) throws ManagementException {
        List<NamePattern> patterns = new ArrayList<>();
        if (value instanceof List<?> texts && texts.stream().allMatch(String.class::isInstance)) {
            texts.forEach(text -> patterns.add(new NamePattern((String) text)));
            return patterns;
        }
        throw ManagementException.badRequest(
                "attribute 'permissions' has at '" + action.shown() + "' no list of strings");
    }

    /** As a reader gets them. */
    static Map<String, List<String>> shown(Permissions permissions) {
        Map<String, List<String>> shown = new LinkedHashMap<>();
        permissions
                .patterns()
                .forEach((action, patterns) -> shown.put(
                        action.shown(), patterns.stream().map(NamePattern::text).toList()));
        return shown;
    }

    boolean isEmpty() {
        return password.isEmpty() && loopbackOnly.isEmpty() && permissions.isEmpty();
    }

    User over(User user) {
        return new User(
                user.name(),
                password.isPresent() ? password : user.password(),
                loopbackOnly.orElse(user.loopbackOnly()),
                permissions.orElse(user.permissions()));
    }
}
