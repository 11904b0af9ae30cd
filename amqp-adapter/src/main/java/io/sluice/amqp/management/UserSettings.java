package io.sluice.amqp.management;

import io.sluice.broker.security.StoredPassword;
import io.sluice.broker.security.User;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the body of a CREATE or UPDATE says of a user; what it leaves out is empty. */
record UserSettings(Optional<StoredPassword> password, Optional<Boolean> loopbackOnly) {
    static final String PASSWORD = "password";
    static final String LOOPBACK_ONLY = "loopbackOnly";
    static final List<String> NAMES = List.of(PASSWORD, LOOPBACK_ONLY);

    /** Allowed and without meaning: they say again what the request's properties say. */
    private static final Set<String> REPEATED = Set.of("name", "type");

    static UserSettings of(Map<?, ?> body) throws ManagementException {
        for (Object key : body.keySet()) {
            if (!(key instanceof String) || !(NAMES.contains(key) || REPEATED.contains(key))) {
                throw ManagementException.badRequest("a user has no attribute '" + key + "' to set");
            }
        }
        return new UserSettings(password(body.get(PASSWORD)), flag(body.get(LOOPBACK_ONLY)));
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

    boolean isEmpty() {
        return password.isEmpty() && loopbackOnly.isEmpty();
    }

    User over(User user) {
        return new User(
                user.name(),
                password.isPresent() ? password : user.password(),
                loopbackOnly.orElse(user.loopbackOnly()),
                user.permissions());
    }
}
