package io.sluice.broker.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.NamePattern;
import io.sluice.broker.security.Permissions.Action;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PermissionsTest {
    private static Permissions of(Action action, String... patterns) {
        return new Permissions(
                Map.of(action, List.of(patterns).stream().map(NamePattern::new).toList()));
    }

    @Test
    void whatIsNotSaidIsNotAllowed() {
        Permissions permissions = of(Action.SEND, "orders.*", "one");
        assertTrue(permissions.allow(Action.SEND, "orders.eu"));
        assertTrue(permissions.allow(Action.SEND, "one"));
        assertFalse(permissions.allow(Action.SEND, "ones"));
        assertFalse(permissions.allow(Action.RECEIVE, "orders.eu"));
        assertFalse(of(Action.MANAGE, "*").allow(Action.MANAGE, "$user"), "names that begin with $ are the broker's");
        assertTrue(of(Action.MANAGE, "$*").allow(Action.MANAGE, "$user"));
    }

    @Test
    void theyHaveLimits() {
        assertEquals(
                "permissions have up to 100 patterns of addresses to send, not 101",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> new Permissions(
                                        Map.of(Action.SEND, Collections.nCopies(101, new NamePattern("a")))))
                        .getMessage());
        assertEquals(
                "a pattern of addresses to browse has 1 to 255 characters, not 0",
                assertThrows(IllegalArgumentException.class, () -> of(Action.BROWSE, ""))
                        .getMessage());
    }

    @Test
    void usersHaveThemAndOthersMayDoEverything() {
        Optional<Permissions> some = Optional.of(of(Action.SEND, "a"));
        Users users = new Users(
                Map.of("anonymous", new User("anonymous", Optional.empty(), false, some)),
                () -> Map.of(),
                new Users.Policy(Users.Anonymous.ALWAYS, Users.Plain.ALWAYS),
                new SecureRandom());
        assertEquals(some, users.permissions(Principal.ANONYMOUS));
        assertEquals(Optional.empty(), users.permissions(new Principal("known by a certificate")));
    }
}
