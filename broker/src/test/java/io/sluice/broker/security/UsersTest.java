package io.sluice.broker.security;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
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
                        "guest", User.of("guest", StoredPassword.create("guest", iterations, random), true),
                        "anna", User.of("anna", StoredPassword.create("secret", iterations, random), false)),
                new Users.Policy(Users.Anonymous.NEVER, Users.Plain.PROTECTED),
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

    private User user(String name, String password) {
        return User.of(name, StoredPassword.create(password, ScramPassword.MIN_ITERATIONS, random), false);
    }

    @Test
    void usersComeAndGoWhileTheBrokerServes() {
        AtomicReference<Map<String, User>> defined = new AtomicReference<>(Map.of());
        Users users = new Users(
                Map.of("admin", user("admin", "file")),
                defined::get,
                new Users.Policy(Users.Anonymous.NEVER, Users.Plain.PROTECTED),
                random);
        assertTrue(users.authenticate("anna", "first", REMOTE).isEmpty());
        assertFalse(users.knows(new Principal("anna")));

        defined.set(Map.of("anna", user("anna", "first"), "admin", user("admin", "other")));
        assertTrue(users.knows(new Principal("anna")));
        assertEquals(Optional.of(new Principal("anna")), users.authenticate("anna", "first", REMOTE));
        assertTrue(users.login(ScramHash.SHA_256, "anna", REMOTE).principal().isPresent());
        assertTrue(users.authenticate("admin", "file", REMOTE).isPresent(), "the fixed one counts");
        assertTrue(users.authenticate("admin", "other", REMOTE).isEmpty());

        // That the first was right once is worth nothing any more.
        defined.set(Map.of("anna", user("anna", "second")));
        assertTrue(users.authenticate("anna", "first", REMOTE).isEmpty());
        assertTrue(users.authenticate("anna", "second", REMOTE).isPresent());

        defined.set(Map.of());
        assertTrue(users.authenticate("anna", "second", REMOTE).isEmpty());
        assertTrue(users.login(ScramHash.SHA_256, "anna", REMOTE).principal().isEmpty());
        assertFalse(users.knows(new Principal("anna")));
    }

    @Test
    void whoHasNoPasswordLogsInWithNone() {
        User certified = new User("certified", Optional.empty(), false, Optional.empty());
        Users users = new Users(
                Map.of("certified", certified, "anna", user("anna", "secret")),
                new Users.Policy(Users.Anonymous.NEVER, Users.Plain.PROTECTED),
                random);
        assertTrue(users.authenticate("certified", "", LOOPBACK).isEmpty());
        assertTrue(users.login(ScramHash.SHA_256, "certified", LOOPBACK)
                .principal()
                .isEmpty());
        assertEquals(List.of(ScramHash.SHA_512, ScramHash.SHA_256), users.hashes());
    }

    @Test
    void aLoopbackOnlyUserIsNoUserElsewhereNotEvenOnceRemembered() {
        Users users = users(ScramPassword.MIN_ITERATIONS);
        assertTrue(users.authenticate("guest", "guest", REMOTE).isEmpty());
        assertEquals(Optional.of(new Principal("guest")), users.authenticate("guest", "guest", LOOPBACK));
        assertTrue(users.authenticate("guest", "guest", REMOTE).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"NEVER,false,false", "PROTECTED,true,false", "ALWAYS,true,true"})
    void passwordsAsTheyAre(Users.Plain plain, boolean unreadable, boolean readable) {
        Users users = new Users(Map.of(), new Users.Policy(Users.Anonymous.NEVER, plain), random);
        assertEquals(unreadable, users.plainAllowed(false));
        assertEquals(readable, users.plainAllowed(true));
    }

    /** Nothing of what a peer is asked says whether there is such a user. */
    @Test
    void aStrangerIsAskedLikeAUserAndTheSameEachTime() {
        Users users = users(ScramPassword.MIN_ITERATIONS);
        for (ScramHash hash : users.hashes()) {
            ScramUsers.Login stranger = users.login(hash, "bert", LOOPBACK);
            ScramUsers.Login known = users.login(hash, "anna", LOOPBACK);
            assertEquals(Optional.of(new Principal("anna")), known.principal());
            assertTrue(stranger.principal().isEmpty());
            assertEquals(hash, stranger.password().hash());
            assertEquals(known.password().iterations(), stranger.password().iterations());
            assertEquals(known.password().salt().length, stranger.password().salt().length);
            assertArrayEquals(
                    stranger.password().salt(),
                    users.login(hash, "bert", REMOTE).password().salt());
            assertFalse(Arrays.equals(
                    stranger.password().salt(),
                    users.login(hash, "carl", REMOTE).password().salt()));
            assertFalse(stranger.password().matches("secret"));
        }
    }

    @Test
    void aLoopbackOnlyUserIsAStrangerElsewhere() {
        Users users = users(ScramPassword.MIN_ITERATIONS);
        assertTrue(users.login(ScramHash.SHA_256, "guest", LOOPBACK).principal().isPresent());
        ScramUsers.Login elsewhere = users.login(ScramHash.SHA_256, "guest", REMOTE);
        assertTrue(elsewhere.principal().isEmpty());
        assertFalse(elsewhere.password().matches("guest"));
    }

    @Test
    void onlyHashesOfAllUsersAreOffered() {
        assertEquals(List.of(ScramHash.SHA_512, ScramHash.SHA_256), users(4096).hashes());
        StoredPassword old = StoredPassword.parse(
                ScramPassword.create(ScramHash.SHA_256, "x", 4096, random).encoded());
        Map<String, User> mixed = Map.of(
                "old", User.of("old", old, false),
                "new", User.of("new", StoredPassword.create("x", 4096, random), false));
        Users users = new Users(mixed, new Users.Policy(Users.Anonymous.NEVER, Users.Plain.NEVER), random);
        assertEquals(List.of(ScramHash.SHA_256), users.hashes());
    }

    @Test
    void theWeakestIsOfferedWhereThatIsAskedForAndEveryPasswordIsStoredForIt() {
        StoredPassword without = StoredPassword.create("x", 4096, random);
        StoredPassword with = StoredPassword.create("x", 4096, true, random);
        assertTrue(without.of(ScramHash.SHA_1).isEmpty());
        for (boolean asked : new boolean[] {false, true}) {
            Users.Policy policy =
                    new Users.Policy(Users.Anonymous.NEVER, Users.Plain.NEVER, asked, AcceptedTokens.NONE);
            Users all = new Users(Map.of("a", User.of("a", with, false)), policy, random);
            assertEquals(asked, all.hashes().contains(ScramHash.SHA_1));
            Users some = new Users(
                    Map.of("a", User.of("a", with, false), "b", User.of("b", without, false)), policy, random);
            assertEquals(List.of(ScramHash.SHA_512, ScramHash.SHA_256), some.hashes());
        }
    }

    @Test
    void noncesAreFreshAndPrintable() {
        Users users = users(4096);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            String nonce = users.nonce();
            assertTrue(nonce.matches("[A-Za-z0-9+/]{24}"), nonce);
            assertTrue(seen.add(nonce));
        }
    }

    @ParameterizedTest
    @CsvSource({"NEVER,false,false", "LOOPBACK,true,false", "ALWAYS,true,true"})
    void anonymousPeers(Users.Anonymous policy, boolean fromLoopback, boolean fromElsewhere) {
        Users users = new Users(Map.of(), new Users.Policy(policy, Users.Plain.PROTECTED), random);
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
