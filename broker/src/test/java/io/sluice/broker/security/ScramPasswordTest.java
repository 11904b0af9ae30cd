package io.sluice.broker.security;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 5802 and RFC 7677. */
class ScramPasswordTest {
    private static final int ITERATIONS = ScramPassword.MIN_ITERATIONS;
    private final SecureRandom random = new SecureRandom();

    /** The exchange of RFC 7677 §3, seen from the server. */
    @Test
    void theExampleOfRfc7677() throws NoSuchAlgorithmException {
        ScramPassword password =
                ScramPassword.derive("pencil", 4_096, Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ=="));
        String nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        byte[] authMessage = ("n=user,r=rOprNGfwEbeRWgbNEkqO,r=" + nonce
                        + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=" + nonce)
                .getBytes(StandardCharsets.US_ASCII);

        byte[] clientKey = Base64.getDecoder().decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        byte[] clientSignature = ScramPassword.hmac(password.storedKey(), authMessage);
        for (int i = 0; i < clientKey.length; i++) {
            clientKey[i] ^= clientSignature[i];
        }
        assertArrayEquals(
                password.storedKey(), MessageDigest.getInstance("SHA-256").digest(clientKey));
        assertEquals(
                "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
                Base64.getEncoder().encodeToString(ScramPassword.hmac(password.serverKey(), authMessage)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"guest", " ", "päßwörd", "💧💧", "a\u0000b"})
    void matchesItselfAndNothingElse(String password) {
        ScramPassword stored = ScramPassword.parse(
                ScramPassword.create(password, ITERATIONS, random).encoded());
        assertTrue(stored.matches(password));
        assertFalse(stored.matches(password + "x"));
        assertFalse(stored.matches(""));
    }

    @Test
    void theFormsOfACharacterAreOneCharacter() {
        ScramPassword stored = ScramPassword.create("\u00e4", ITERATIONS, random);
        assertTrue(stored.matches("a\u0308"));
    }

    @Test
    void theSamePasswordIsStoredDifferentlyEachTime() {
        assertNotEquals(
                ScramPassword.create("guest", ITERATIONS, random).encoded(),
                ScramPassword.create("guest", ITERATIONS, random).encoded());
    }

    @Test
    void showsNoSecrets() {
        assertEquals(
                "scram-sha-256 with 4096 iterations",
                ScramPassword.create("guest", ITERATIONS, random).toString());
    }

    @Test
    void nothingMatchesTheUnmatched() {
        assertFalse(ScramPassword.unmatched(ITERATIONS, random).matches("guest"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "guest                         | a stored password begins with scram-sha-256$",
                "scram-sha-1$4096$AA==$AA==$AA== | a stored password begins with scram-sha-256$",
                "scram-sha-256                 | a stored password has 5 parts divided by $, this has 1",
                "scram-sha-256$4096$AA==$AA==  | a stored password has 5 parts divided by $, this has 4",
                "scram-sha-256$many$AA==$AA==$AA== | iterations is no number",
                "scram-sha-256$4095$AA==$AA==$AA== | iterations is 4096 to 10000000, not 4095",
                "scram-sha-256$4096$?$AA==$AA==| the salt is not base64",
                "scram-sha-256$4096$$AA==$AA== | the salt has 1 to 1024 bytes, not 0",
                "scram-sha-256$4096$AA==$?$AA==| the storedKey is not base64",
                "scram-sha-256$4096$AA==$AA==$AA== | the storedKey has 32 bytes, not 1",
                "scram-sha-256$4096$AA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=$AA== | the serverKey has 32 bytes, not 1"
            })
    void whatIsWrongIsNamed(String encoded, String text) {
        assertEquals(
                text,
                assertThrows(IllegalArgumentException.class, () -> ScramPassword.parse(encoded))
                        .getMessage());
    }

    @Test
    void emptyPasswordsAndFewIterationsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> ScramPassword.create("", ITERATIONS, random));
        assertThrows(IllegalArgumentException.class, () -> ScramPassword.create("x", 1, random));
    }
}
