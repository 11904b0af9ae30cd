package io.sluice.amqp.sasl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.sluice.amqp.sasl.SaslMechanism.Accepted;
import io.sluice.amqp.sasl.SaslMechanism.Challenge;
import io.sluice.amqp.sasl.SaslMechanism.Exchange;
import io.sluice.amqp.sasl.SaslMechanism.Refused;
import io.sluice.amqp.sasl.SaslMechanism.Step;
import io.sluice.broker.security.Principal;
import io.sluice.broker.security.ScramHash;
import io.sluice.broker.security.ScramPassword;
import io.sluice.broker.security.ScramUsers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 5802 §5 to §7, word for word: the example of RFC 7677 §3, and what a server must not take. */
class ScramMechanismTest {
    private static final String CLIENT_FIRST = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
    private static final String NONCE = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String SERVER_FIRST = "r=" + NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    private static final String CLIENT_FINAL = "c=biws,r=" + NONCE + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    private static final String SERVER_FINAL = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    /** "pencil" as RFC 7677's salt makes it, for both hashes. */
    private static final String SHA_256 = "scram-sha-256$4096$W22ZaJ0SNY7soEsUEjb6gQ==$"
            + "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=$wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

    private final Pencil users = new Pencil();

    /** Whoever says so is the user with the password "pencil", but only "user" and "us,=er" exist. */
    private static final class Pencil implements ScramUsers {
        @Override
        public List<ScramHash> hashes() {
            return List.of(ScramHash.SHA_256);
        }

        @Override
        public Login login(ScramHash hash, String user, boolean loopback) {
            boolean exists = user.equals("user") || user.equals("us,=er");
            return new Login(
                    exists ? Optional.of(new Principal(user)) : Optional.empty(), ScramPassword.parse(SHA_256));
        }

        @Override
        public String nonce() {
            return "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        }
    }

    private Exchange exchange() {
        SaslMechanism mechanism = new ScramMechanism(ScramHash.SHA_256, users, true);
        assertEquals("SCRAM-SHA-256", mechanism.name());
        return mechanism.begin();
    }

    private static Step say(Exchange exchange, String message) {
        return exchange.next(Optional.of(message.getBytes(StandardCharsets.UTF_8)));
    }

    private static String challenge(Step step) {
        return new String(assertInstanceOf(Challenge.class, step).bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void theExampleOfRfc7677() {
        Exchange exchange = exchange();
        assertEquals(SERVER_FIRST, challenge(say(exchange, CLIENT_FIRST)));
        Accepted accepted = assertInstanceOf(Accepted.class, say(exchange, CLIENT_FINAL));
        assertEquals(new Principal("user"), accepted.principal());
        assertEquals(SERVER_FINAL, new String(accepted.additionalData(), StandardCharsets.UTF_8));
    }

    /** For clients that know no other hash. */
    @Test
    void theExampleOfRfc5802() throws Exception {
        byte[] salt = java.util.Base64.getDecoder().decode("QSXCR+Q6sek8bf92");
        byte[] salted = javax.crypto.SecretKeyFactory.getInstance("PBKDF2WithHmacSHA1")
                .generateSecret(new javax.crypto.spec.PBEKeySpec("pencil".toCharArray(), salt, 4096, 160))
                .getEncoded();
        ScramHash hash = ScramHash.SHA_1;
        byte[] clientKey = hash.hmac(salted, "Client Key".getBytes(StandardCharsets.US_ASCII));
        byte[] serverKey = hash.hmac(salted, "Server Key".getBytes(StandardCharsets.US_ASCII));
        ScramPassword stored = ScramPassword.parse("scram-sha-1$4096$QSXCR+Q6sek8bf92$"
                + java.util.Base64.getEncoder().encodeToString(hash.digest(clientKey)) + "$"
                + java.util.Base64.getEncoder().encodeToString(serverKey));
        ScramUsers one = new ScramUsers() {
            @Override
            public List<ScramHash> hashes() {
                return List.of(hash);
            }

            @Override
            public Login login(ScramHash asked, String user, boolean loopback) {
                return new Login(Optional.of(new Principal(user)), stored);
            }

            @Override
            public String nonce() {
                return "3rfcNHYJY1ZVvWVs7j";
            }
        };
        SaslMechanism mechanism = new ScramMechanism(hash, one, true);
        assertEquals("SCRAM-SHA-1", mechanism.name());
        Exchange exchange = mechanism.begin();
        assertEquals(
                "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
                challenge(say(exchange, "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL")));
        Accepted accepted = assertInstanceOf(
                Accepted.class,
                say(exchange, "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="));
        assertEquals("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", new String(accepted.additionalData(), StandardCharsets.UTF_8));
    }

    @Test
    void aClientWithoutInitialResponseIsAskedForIt() {
        Exchange exchange = exchange();
        assertEquals("", challenge(exchange.next(Optional.empty())));
        assertEquals(SERVER_FIRST, challenge(say(exchange, CLIENT_FIRST)));
        assertInstanceOf(Refused.class, exchange.next(Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "n",
                "n,,",
                "n,,n=user",
                "n,,n=user,r=",
                "n,,n=user,r=a b",
                "n,,n=,r=abc",
                "n,,n=us=er,r=abc",
                "n,,n=us=2cer,r=abc",
                "n,,n=us\0er,r=abc",
                "n,,m=ext,n=user,r=abc",
                "n,a=root,n=user,r=abc",
                "n,b=user,n=user,r=abc",
                "p=tls-unique,,n=user,r=abc",
                "x,,n=user,r=abc",
            })
    void firstMessagesThatAreRefused(String message) {
        assertInstanceOf(Refused.class, say(exchange(), message));
    }

    @Test
    void whatIsNotUtf8IsRefused() {
        assertInstanceOf(Refused.class, exchange().next(Optional.of(new byte[] {'n', ',', ',', (byte) 0xff})));
    }

    /** It thinks that we do not offer channel binding, and is right. It may name itself, and say more than we know. */
    @ParameterizedTest
    @ValueSource(strings = {"y,,n=user,r=abc", "n,a=user,n=user,r=abc", "n,,n=us=2C=3Der,r=abc", "n,,n=user,r=abc,x=y"})
    void firstMessagesThatAreTaken(String message) {
        assertEquals(
                "r=abc%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                challenge(say(exchange(), message)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                // another nonce; none of ours in it
                "c=biws,r=rOprNGfwEbeRWgbNEkqO,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                // another header: "y,,"
                "c=eSws,r=" + NONCE + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                // no proof, a short one, a wrong one, none that is base64
                "c=biws,r=" + NONCE,
                "c=biws,r=" + NONCE + ",p=",
                "c=biws,r=" + NONCE + ",p=AAAA",
                "c=biws,r=" + NONCE + ",p=AAzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                "c=biws,r=" + NONCE + ",p=???",
                // signed something else
                "c=biws,r=" + NONCE + ",x=y,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            })
    void finalMessagesThatAreRefused(String message) {
        Exchange exchange = exchange();
        say(exchange, CLIENT_FIRST);
        assertInstanceOf(Refused.class, say(exchange, message));
    }

    /** Asked the same as the user, refused the same as a wrong password; here even with the right proof. */
    @Test
    void aStrangerIsRefusedAtTheEndOnly() {
        Exchange exchange = exchange();
        assertEquals(SERVER_FIRST, challenge(say(exchange, CLIENT_FIRST.replace("user", "nobody"))));
        assertInstanceOf(
                Refused.class,
                say(
                        exchange,
                        "c=biws,r=" + NONCE + ",p="
                                + ScramClient.proof(
                                        "n=nobody,r=rOprNGfwEbeRWgbNEkqO", SERVER_FIRST, "c=biws,r=" + NONCE)));
    }

    @Test
    void theProofOfTheTestItselfIsRight() {
        assertEquals(
                "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                ScramClient.proof("n=user,r=rOprNGfwEbeRWgbNEkqO", SERVER_FIRST, "c=biws,r=" + NONCE));
    }
}
