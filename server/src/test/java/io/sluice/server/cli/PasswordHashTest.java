package io.sluice.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Base64;
import org.junit.jupiter.api.Test;

class PasswordHashTest {
    /** The user of RFC 7677 §3: its salt and iterations, and the server key its server signature was made with. */
    @Test
    void isWhatScramSha256Stores() {
        byte[] salt = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
        assertEquals(
                "scram-sha-256$4096$W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
                        + "$wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
                PasswordHash.of("pencil", 4096, salt));
    }

    @Test
    void hasAnotherSaltEveryTime() {
        assertNotEquals(PasswordHash.of("x", 4096), PasswordHash.of("x", 4096));
    }
}
