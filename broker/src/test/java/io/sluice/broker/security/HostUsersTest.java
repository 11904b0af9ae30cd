package io.sluice.broker.security;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.NamePattern;
import io.sluice.broker.security.Permissions.Action;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Users of a virtual host: its accounts, and users of the broker as far as the host says something else of them. */
class HostUsersTest {
    private static final boolean LOOPBACK = true;
    private static final Permissions ORDERS = allowing(Action.SEND, "orders");
    private static final Permissions NEWS = allowing(Action.RECEIVE, "news");

    private final SecureRandom random = new SecureRandom();
    private final Principal anna = new Principal("anna");
    private final Principal annaOfBlue = new Principal("anna", Optional.of("blue"));
    private Map<String, User> own = Map.of();
    private final Users broker = users(Map.of(
            "anna", user("anna", "of the broker", Optional.of(ORDERS)),
            "carl", user("carl", "carl", Optional.of(ORDERS)),
            "dora", user("dora", "dora", Optional.empty())));
    private final HostUsers blue =
            new HostUsers("blue", new Users(Map.of(), () -> own, policy(), random), broker, random);

    private static Permissions allowing(Action action, String pattern) {
        return new Permissions(Map.of(action, List.of(new NamePattern(pattern))));
    }

    private static Users.Policy policy() {
        return new Users.Policy(Users.Anonymous.LOOPBACK, Users.Plain.PROTECTED);
    }

    private Users users(Map<String, User> fixed) {
        return new Users(fixed, policy(), random);
    }

    private User user(String name, String password, Optional<Permissions> permissions) {
        return new User(
                name,
                Optional.of(StoredPassword.create(password, ScramPassword.MIN_ITERATIONS, random)),
                false,
                permissions);
    }

    private static User entry(String name, Permissions permissions) {
        return new User(name, Optional.empty(), false, Optional.of(permissions));
    }

    private void has(User... users) {
        Map<String, User> all = new HashMap<>();
        Arrays.stream(users).forEach(user -> all.put(user.name(), user));
        own = Map.copyOf(all);
    }

    @Test
    void anAccountIsLookedAtBeforeTheBrokersUserOfItsName() {
        has(user("anna", "of blue", Optional.of(NEWS)));
        assertEquals(Optional.of(annaOfBlue), blue.authenticate("anna", "of blue", LOOPBACK));
        assertEquals(Optional.empty(), blue.authenticate("anna", "of the broker", LOOPBACK));
        assertEquals(Optional.of(new Principal("carl")), blue.authenticate("carl", "carl", LOOPBACK));
        assertEquals(Optional.of(anna), broker.authenticate("anna", "of the broker", LOOPBACK));

        assertEquals(Optional.of(NEWS), blue.permissions(annaOfBlue));
        assertEquals(Optional.of(ORDERS), blue.permissions(anna), "the broker's anna is somebody else");
        assertEquals(annaOfBlue, blue.named("anna"));
        assertEquals(new Principal("carl"), blue.named("carl"));
    }

    @Test
    void anAccountIsNobodyElsewhereAndNobodyOnceItIsGone() {
        has(user("anna", "of blue", Optional.empty()));
        Principal annaOfGreen = new Principal("anna", Optional.of("green"));
        assertTrue(blue.knows(annaOfBlue) && blue.admits(annaOfBlue));
        assertEquals(Optional.empty(), blue.permissions(annaOfBlue), "everything");
        assertFalse(blue.knows(annaOfGreen) || blue.admits(annaOfGreen));
        assertEquals(Optional.of(Permissions.NONE), blue.permissions(annaOfGreen));
        assertFalse(broker.knows(annaOfBlue));
        assertEquals(Optional.of(Permissions.NONE), broker.permissions(annaOfBlue));
        has();
        assertFalse(blue.knows(annaOfBlue) || blue.admits(annaOfBlue));
        assertEquals(Optional.of(Permissions.NONE), blue.permissions(annaOfBlue));
    }

    @Test
    void whatStandsWithoutAPasswordSaysWhatTheBrokersUserMayDoHere() {
        has(entry("anna", NEWS), entry("anonymous", NEWS), entry("by token", NEWS));
        assertEquals(Optional.of(anna), blue.authenticate("anna", "of the broker", LOOPBACK));
        assertEquals(Optional.of(NEWS), blue.permissions(anna));
        assertEquals(Optional.of(ORDERS), broker.permissions(anna));
        assertEquals(Optional.of(ORDERS), blue.permissions(new Principal("carl")));
        assertEquals(Optional.empty(), blue.permissions(new Principal("dora")), "everything");
        assertEquals(Optional.of(NEWS), blue.permissions(Principal.ANONYMOUS));
        assertTrue(blue.admits(anna) && blue.admits(Principal.ANONYMOUS));
        assertFalse(blue.admits(new Principal("carl")));
        assertTrue(blue.knows(new Principal("by token")), "whoever else vouches for the name");
        assertTrue(blue.authenticate("by token", "", LOOPBACK).isEmpty());
        assertEquals(Optional.of(Permissions.NONE), blue.permissions(annaOfBlue), "there is no such account");
    }

    @Test
    void scramAsksForThePasswordOfTheOneWhoIsLookedAt() {
        has(user("anna", "of blue", Optional.empty()));
        for (ScramHash hash : blue.hashes()) {
            ScramUsers.Login login = blue.login(hash, "anna", LOOPBACK);
            assertEquals(Optional.of(annaOfBlue), login.principal());
            assertTrue(login.password().matches("of blue"));
            ScramUsers.Login carl = blue.login(hash, "carl", LOOPBACK);
            assertEquals(Optional.of(new Principal("carl")), carl.principal());
            assertTrue(carl.password().matches("carl"));
        }
    }

    @Test
    void onlyHashesThatAllPasswordsOfBothAreStoredForAreOffered() {
        assertEquals(List.of(ScramHash.SHA_512, ScramHash.SHA_256), blue.hashes());
        StoredPassword old = StoredPassword.parse(
                ScramPassword.create(ScramHash.SHA_256, "x", 4096, random).encoded());
        has(User.of("old", old, false));
        assertEquals(List.of(ScramHash.SHA_256), blue.hashes());
    }

    /** Of the salts that somebody is asked with here and by the broker, the same ones would tell a user of the broker, others an account. */
    @Test
    void aStrangerIsAskedNowAsAnAccountNowAsAUserOfTheBrokerAndTheSameEachTime() {
        int likeTheBrokers = 0;
        has(user("anna", "of blue", Optional.empty()));
        for (int i = 0; i < 200; i++) {
            String name = "stranger" + i;
            ScramUsers.Login here = blue.login(ScramHash.SHA_256, name, LOOPBACK);
            assertTrue(here.principal().isEmpty());
            byte[] salt = here.password().salt();
            assertArrayEquals(
                    salt,
                    blue.login(ScramHash.SHA_256, name, LOOPBACK).password().salt());
            byte[] brokers =
                    broker.login(ScramHash.SHA_256, name, LOOPBACK).password().salt();
            likeTheBrokers += Arrays.equals(salt, brokers) ? 1 : 0;
        }
        assertTrue(likeTheBrokers > 20 && likeTheBrokers < 180, likeTheBrokers + " of 200");
        has();
        for (int i = 0; i < 50; i++) {
            String name = "stranger" + i;
            assertArrayEquals(
                    broker.login(ScramHash.SHA_256, name, LOOPBACK).password().salt(),
                    blue.login(ScramHash.SHA_256, name, LOOPBACK).password().salt(),
                    "without an account nobody is asked like one");
        }
    }

    /** As of {@link UsersTest}: by a factor of a hundred, where the real one is ten thousand. */
    @Test
    void aStrangerCostsAsMuchAsAWrongPassword() {
        int costly = 400_000;
        Users ofBroker = users(Map.of("anna", User.of("anna", StoredPassword.create("secret", costly, random), false)));
        Users ofBlue = users(Map.of("bert", User.of("bert", StoredPassword.create("secret", costly, random), false)));
        HostUsers host = new HostUsers("blue", ofBlue, ofBroker, random);
        assertTrue(host.authenticate("bert", "secret", LOOPBACK).isPresent());
        long remembered = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            remembered = Math.min(remembered, nanos(host, "bert", "secret"));
        }
        // Some of them are asked as accounts, some as users of the broker.
        for (String name : List.of("anna", "bert", "stranger", "stranger1", "stranger2", "stranger3", "stranger4")) {
            long wrong = nanos(host, name, "Secret");
            assertTrue(remembered * 100 < wrong, name + " " + wrong + " ns, remembered " + remembered + " ns");
        }
    }

    private static long nanos(HostUsers users, String name, String password) {
        long start = System.nanoTime();
        users.authenticate(name, password, LOOPBACK);
        return System.nanoTime() - start;
    }

    @Test
    void howAnybodyLogsInIsTheBrokersMatter() {
        assertTrue(blue.anonymousAllowed(true));
        assertFalse(blue.anonymousAllowed(false));
        assertTrue(blue.plainAllowed(false));
        assertFalse(blue.plainAllowed(true));
        assertFalse(blue.tokenAllowed(true));
        assertEquals(AcceptedTokens.NONE, blue.tokens());
    }
}
