package io.sluice.broker.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 5802 and RFC 7677. */
class ScramPasswordTest {
    private static final int ITERATIONS = ScramPassword.MIN_ITERATIONS;
    private final SecureRandom random = new SecureRandom();

    private ScramPassword created(String password) {
        return ScramPassword.create(ScramHash.SHA_256, password, ITERATIONS, random);
    }

    /** The exchange of RFC 7677 §3, and the same with SHA-512, for which no RFC has one, as Python's hashlib computes it. */
    @ParameterizedTest
    @CsvSource({
        "SHA_256, dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=, 6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        "SHA_512, gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ==,"
                + " ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw=="
    })
    void theExampleOfRfc7677(ScramHash hash, String proof, String signature) {
        ScramPassword password =
                ScramPassword.derive(hash, "pencil", 4_096, Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ=="));
        String nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        byte[] said = ("n=user,r=rOprNGfwEbeRWgbNEkqO,r=" + nonce + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r="
                        + nonce)
                .getBytes(StandardCharsets.US_ASCII);

        byte[] clientProof = Base64.getDecoder().decode(proof);
        assertTrue(password.proves(clientProof, said));
        assertEquals(signature, Base64.getEncoder().encodeToString(password.serverSignature(said)));

        assertFalse(password.proves(clientProof, "something else".getBytes(StandardCharsets.US_ASCII)));
        assertFalse(password.proves(Arrays.copyOf(clientProof, clientProof.length - 1), said));
        assertFalse(password.proves(Arrays.copyOf(clientProof, clientProof.length + 1), said));
        assertFalse(password.proves(new byte[0], said));
        clientProof[0]++;
        assertFalse(password.proves(clientProof, said));
    }

    @ParameterizedTest
    @ValueSource(strings = {"guest", " ", "päßwörd", "💧💧", "a\u0000b"})
    void matchesItselfAndNothingElse(String password) {
        StoredPassword stored = StoredPassword.parse(
                StoredPassword.create(password, ITERATIONS, true, random).encoded());
        assertTrue(stored.matches(password));
        assertFalse(stored.matches(password + "x"));
        assertFalse(stored.matches(""));
        for (ScramHash hash : ScramHash.values()) {
            assertTrue(stored.of(hash).orElseThrow().matches(password));
            assertFalse(stored.of(hash).orElseThrow().matches(password + "x"));
        }
    }

    @Test
    void theFormsOfACharacterAreOneCharacter() {
        assertTrue(created("\u00e4").matches("a\u0308"));
    }

    @Test
    void theSamePasswordIsStoredDifferentlyEachTime() {
        assertNotEquals(created("guest").encoded(), created("guest").encoded());
    }

    @Test
    void showsNoSecrets() {
        assertEquals("scram-sha-256 with 4096 iterations", created("guest").toString());
        assertEquals(
                "[scram-sha-256 with 4096 iterations, scram-sha-512 with 4096 iterations]",
                StoredPassword.create("guest", ITERATIONS, random).toString());
    }

    @ParameterizedTest
    @EnumSource
    void nothingMatchesTheUnmatched(ScramHash hash) {
        ScramPassword unmatched = ScramPassword.unmatched(hash, ITERATIONS, new byte[16], new byte[hash.bytes()]);
        assertFalse(unmatched.matches("guest"));
        assertFalse(unmatched.proves(new byte[hash.bytes()], new byte[0]));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "guest                         | a stored password begins with scram-sha-256$, scram-sha-512$ or scram-sha-1$",
                "scram-md5$4096$AA==$AA==$AA== | a stored password begins with scram-sha-256$, scram-sha-512$ or scram-sha-1$",
                "scram-sha-256                 | a stored password has 5 parts divided by $, this has 1",
                "scram-sha-256$4096$AA==$AA==  | a stored password has 5 parts divided by $, this has 4",
                "scram-sha-256$many$AA==$AA==$AA== | iterations is no number",
                "scram-sha-256$4095$AA==$AA==$AA== | iterations is 4096 to 10000000, not 4095",
                "scram-sha-256$4096$?$AA==$AA==| the salt is not base64",
                "scram-sha-256$4096$$AA==$AA== | the salt has 1 to 1024 bytes, not 0",
                "scram-sha-256$4096$AA==$?$AA==| the storedKey is not base64",
                "scram-sha-256$4096$AA==$AA==$AA== | the storedKey has 32 bytes, not 1",
                "scram-sha-512$4096$AA==$AA==$AA== | the storedKey has 64 bytes, not 1",
                "scram-sha-256$4096$AA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=$AA== | the serverKey has 32 bytes, not 1"
            })
    void whatIsWrongIsNamed(String encoded, String text) {
        assertEquals(text, wrong(encoded));
    }

    @Test
    void whatIsWrongOfSeveralHashesIsNamed() {
        String sha256 = created("x").encoded();
        String sha512 =
                ScramPassword.create(ScramHash.SHA_512, "x", ITERATIONS, random).encoded();
        assertEquals("it has no part for scram-sha-256", wrong(sha512));
        assertEquals("it has two parts for scram-sha-256", wrong(sha256 + " " + sha256));
        String costlier = ScramPassword.create(ScramHash.SHA_512, "x", ITERATIONS + 1, random)
                .encoded();
        assertEquals("its parts have different iterations", wrong(sha256 + " " + costlier));
        assertTrue(StoredPassword.parse(sha256).of(ScramHash.SHA_512).isEmpty());
        assertTrue(StoredPassword.parse(sha256 + " " + sha512).matches("x"));
    }

    private static String wrong(String encoded) {
        return assertThrows(IllegalArgumentException.class, () -> StoredPassword.parse(encoded))
                .getMessage();
    }

    @Test
    void emptyPasswordsAndFewIterationsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> StoredPassword.create("", ITERATIONS, random));
        assertThrows(IllegalArgumentException.class, () -> StoredPassword.create("x", 1, random));
    }
}
