package io.sluice.amqp.sasl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.HostUsers;
import io.sluice.broker.security.Principal;
import io.sluice.broker.security.ScramHash;
import io.sluice.broker.security.ScramPassword;
import io.sluice.broker.security.ScramUsers;
import io.sluice.broker.security.StoredPassword;
import io.sluice.broker.security.User;
import io.sluice.broker.security.Users;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose users a login is of: the virtual host "blue" has an account anna, the broker has users anna, bert and carl@blue. */
class HostLoginTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final boolean LOOPBACK = true;
    private static final Principal ANNA_OF_BLUE = new Principal("anna", Optional.of("blue"));

    private final Users broker = users("anna", "bert", "carl@blue");
    private final List<String> asked = new ArrayList<>();
    private final HostLogin login = login(users("anna"));

    private HostLogin login(Users ofBlue) {
        Authenticator blue = new HostUsers("blue", ofBlue, broker, RANDOM);
        return new HostLogin(broker, new LoginHosts() {
            @Override
            public Optional<Authenticator> usersOf(String hostname) {
                return hostname.equals("blue") ? Optional.of(blue) : Optional.empty();
            }

            @Override
            public boolean isDefault(String hostname) {
                return hostname.equals("vhost:/");
            }

            @Override
            public List<Authenticator> users() {
                return List.of(blue);
            }
        });
    }

    private static Users users(String... names) {
        return users(Arrays.stream(names)
                .collect(Collectors.toMap(
                        name -> name,
                        name -> User.of(
                                name,
                                StoredPassword.create("of " + names.length, ScramPassword.MIN_ITERATIONS, RANDOM),
                                false))));
    }

    private static Users users(Map<String, User> all) {
        return new Users(all, new Users.Policy(Users.Anonymous.NEVER, Users.Plain.PROTECTED), RANDOM);
    }

    /** Another login that asks for the same host. */
    private HostLogin asking() {
        HostLogin another = login(users("anna"));
        asked.forEach(another::asksFor);
        return another;
    }

    private void asksFor(String hostname) {
        asked.add(hostname);
        login.asksFor(hostname);
    }

    private Optional<Principal> authenticate(String user, String password) {
        ScramUsers.Login scram = asking().login(ScramHash.SHA_256, user, LOOPBACK);
        Optional<Principal> plain = login.authenticate(user, password, LOOPBACK);
        Optional<Principal> proven = scram.password().matches(password) ? scram.principal() : Optional.empty();
        assertEquals(plain, proven, "whoever it is by PLAIN it is by SCRAM, too");
        return plain;
    }

    @Test
    void whoAsksForNoHostIsAUserOfTheBroker() {
        asksFor(null);
        asksFor("");
        asksFor("mq.example.com");
        assertEquals(Optional.empty(), login.hostname());
        assertEquals(Optional.of(new Principal("anna")), authenticate("anna", "of 3"));
        assertEquals(Optional.empty(), authenticate("anna", "of 1"));
        assertEquals(new Principal("anna"), login.named("anna"));
    }

    @Test
    void whoAsksForAHostIsOneOfItsAccountsOrAUserOfTheBroker() {
        asksFor("blue");
        assertEquals(Optional.of("blue"), login.hostname());
        assertEquals(Optional.of(ANNA_OF_BLUE), authenticate("anna", "of 1"));
        assertEquals(Optional.empty(), authenticate("anna", "of 3"));
        assertEquals(Optional.of(new Principal("bert")), authenticate("bert", "of 3"));
        assertEquals(ANNA_OF_BLUE, login.named("anna"));
        assertEquals(new Principal("bert"), login.named("bert"));
        assertTrue(login.knows(ANNA_OF_BLUE) && login.knows(new Principal("bert")));
        assertFalse(login.knows(new Principal("anna", Optional.of("green"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10.0.0.1", "localhost", "mq.example.com"})
    void whatNamesNoHostLeavesTheOneThatTlsWasAskedFor(String hostname) {
        asksFor("blue");
        asksFor(hostname);
        assertEquals(Optional.of(ANNA_OF_BLUE), authenticate("anna", "of 1"));
    }

    @Test
    void theDefaultHostIsAskedForByItsName() {
        asksFor("blue");
        asksFor("vhost:/");
        assertEquals(Optional.empty(), login.hostname());
        assertEquals(Optional.of(new Principal("anna")), authenticate("anna", "of 3"));
        assertEquals(Optional.empty(), authenticate("anna@blue", "of 1"), "that is what it is");
    }

    @Test
    void aNameSaysWhichHostItIsOfWhereNothingElseDoes() {
        assertEquals(Optional.of(ANNA_OF_BLUE), authenticate("anna@blue", "of 1"));
        assertEquals(Optional.of("blue"), login.hostname());
        assertTrue(login.knows(ANNA_OF_BLUE));
    }

    @Test
    void soMayAUserOfTheBroker() {
        assertEquals(Optional.of(new Principal("bert")), authenticate("bert@blue", "of 3"));
        assertEquals(Optional.of("blue"), login.hostname());
    }

    @Test
    void aNameThatIsAUsersOfTheBrokerIsThatOne() {
        assertEquals(Optional.of(new Principal("carl@blue")), authenticate("carl@blue", "of 3"));
        assertEquals(Optional.empty(), login.hostname());
    }

    @ParameterizedTest
    @ValueSource(strings = {"anna@green", "@blue", "anna@"})
    void aNameOfNoHostIsLookedForAsItIs(String name) {
        assertEquals(Optional.empty(), authenticate(name, "of 1"));
        assertEquals(Optional.empty(), login.hostname());
    }

    @Test
    void onlyHashesThatPasswordsOfAllHostsAreStoredForAreOffered() {
        assertEquals(List.of(ScramHash.SHA_512, ScramHash.SHA_256), login.hashes());
        StoredPassword old = StoredPassword.parse(
                ScramPassword.create(ScramHash.SHA_256, "x", 4096, RANDOM).encoded());
        assertEquals(
                List.of(ScramHash.SHA_256),
                login(users(Map.of("old", User.of("old", old, false)))).hashes());
    }
}
