package io.sluice.server;

import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.StoredPassword;
import io.sluice.broker.security.Users;
import io.sluice.server.config.Configuration;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;

/** The section {@code security} of the configuration, in the broker's terms. */
final class Credentials {
    private Credentials() {}

    static Authenticator of(Configuration.Security security) {
        Map<String, Users.User> users = new HashMap<>();
        for (Configuration.User user : security.users()) {
            users.put(user.name(), new Users.User(StoredPassword.parse(user.password()), user.loopbackOnly()));
        }
        return new Users(users, new Users.Policy(security.anonymous(), security.plain()), new SecureRandom());
    }
}
