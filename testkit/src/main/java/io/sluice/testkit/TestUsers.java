package io.sluice.testkit;

import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.Principal;
import java.util.Map;
import java.util.Optional;

/** Users of a test, with their passwords as they are: there is nothing to protect, and hashing would cost the start dearly. */
record TestUsers(Map<String, String> passwords, boolean anonymous) implements Authenticator {
    TestUsers {
        passwords = Map.copyOf(passwords);
    }

    @Override
    public boolean anonymousAllowed(boolean loopback) {
        return anonymous;
    }

    @Override
    public Optional<Principal> authenticate(String user, String password, boolean loopback) {
        return password.equals(passwords.get(user)) ? Optional.of(new Principal(user)) : Optional.empty();
    }

    /** Passwords do not belong into a log, not even these. */
    @Override
    public String toString() {
        return "TestUsers" + passwords.keySet();
    }
}
