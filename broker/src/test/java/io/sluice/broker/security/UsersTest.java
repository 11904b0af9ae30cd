package io.sluice.broker.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsersTest {
    private static final boolean LOOPBACK = true;
    private static final boolean REMOTE = false;
    /** A few tenths of a second each: what is remembered is told apart from what is not by far. */
    private static final int COSTLY = 400_000;

    private final SecureRandom random = new SecureRandom();

    private Users users(int iterations) {
        return new Users(
                Map.of(
                        "guest", new Users.User(ScramPassword.create("guest", iterations, random), true),
                        "anna", new Users.User(ScramPassword.create("secret", iterations, random), false)),
                Users.Anonymous.NEVER,
                random);
    }

    @Test
    void knowsItsUsers() {
        Users users = users(ScramPassword.MIN_ITERATIONS);
        Optional<Principal> anna = Optional.of(new Principal("anna"));
        assertEquals(anna, users.authenticate("anna", "secret", REMOTE));
        assertEquals(anna, users.authenticate("anna", "secret", LOOPBACK));
        assertTrue(users.authenticate("anna", "Secret", REMOTE).isEmpty());
        assertTrue(users.authenticate("anna", "", REMOTE).isEmpty());
        assertTrue(users.authenticate("bert", "secret", REMOTE).isEmpty());
        assertTrue(users.authenticate("anna", "guest", REMOTE).isEmpty());
        assertEquals(anna, users.authenticate("anna", "secret", REMOTE));
    }

    @Test
    void aLoopbackOnlyUserIsNoUserElsewhereNotEvenOnceRemembered() {
        Users users = users(ScramPassword.MIN_ITERATIONS);
        assertTrue(users.authenticate("guest", "guest", REMOTE).isEmpty());
        assertEquals(Optional.of(new Principal("guest")), users.authenticate("guest", "guest", LOOPBACK));
        assertTrue(users.authenticate("guest", "guest", REMOTE).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"NEVER,false,false", "LOOPBACK,true,false", "ALWAYS,true,true"})
    void anonymousPeers(Users.Anonymous policy, boolean fromLoopback, boolean fromElsewhere) {
        Users users = new Users(Map.of(), policy, random);
        assertEquals(fromLoopback, users.anonymousAllowed(LOOPBACK));
        assertEquals(fromElsewhere, users.anonymousAllowed(REMOTE));
        assertTrue(users.authenticate("anonymous", "", LOOPBACK).isEmpty());
    }

    /** By a factor of a hundred, where the real one is ten thousand: no clock of a busy machine is wrong by that. */
    @Test
    void aPasswordThatWasRightIsRememberedAndAnUnknownUserCostsAsMuchAsAWrongPassword() {
        Users users = users(COSTLY);
        long first = nanos(() -> users.authenticate("anna", "secret", REMOTE));
        long again = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            again = Math.min(again, nanos(() -> users.authenticate("anna", "secret", REMOTE)));
        }
        long wrong = nanos(() -> users.authenticate("anna", "Secret", REMOTE));
        long unknown = nanos(() -> users.authenticate("bert", "secret", REMOTE));
        long fastest = again;
        assertTrue(fastest * 100 < first, () -> "first " + first + " ns, again " + fastest + " ns");
        assertTrue(fastest * 100 < wrong, () -> "wrong " + wrong + " ns, again " + fastest + " ns");
        assertTrue(fastest * 100 < unknown, () -> "unknown " + unknown + " ns, again " + fastest + " ns");
    }

    private static long nanos(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return System.nanoTime() - start;
    }
}
