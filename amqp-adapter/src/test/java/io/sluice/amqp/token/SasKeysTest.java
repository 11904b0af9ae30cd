package io.sluice.amqp.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.security.TokenGrant;
import io.sluice.broker.security.TokenRefusedException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shared access signatures: which count, and until when. */
class SasKeysTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final String KEY = "c2VjcmV0IGtleQ==";
    private static final String RESOURCE = "sb://broker.example/orders";

    private final SasKeys keys = new SasKeys(Map.of("root", new SasKeys.Key(KEY, "anna")));

    private TokenRefusedException refused(String token, long nowMillis) {
        return assertThrows(TokenRefusedException.class, () -> keys.verify(token, nowMillis));
    }

    @Test
    void oneByAKeyIsOfTheKeysUserAndForItsResource() throws Exception {
        TokenGrant grant = keys.verify(SasTokens.make(RESOURCE, "root", KEY, NOW + 60_000), NOW);
        assertEquals("anna", grant.who().name());
        assertEquals(Optional.of(RESOURCE), grant.audience());
        assertEquals(Optional.empty(), grant.permissions());
        assertEquals(NOW + 60_000, grant.expiresAtMillis());
    }

    /** What the documentation of other libraries gives as an example of the fields in another order, with a lower-case encoding. */
    @Test
    void theOrderOfFieldsAndHowTheUriIsEncodedAreTheClients() throws Exception {
        String token = SasTokens.make(RESOURCE, "root", KEY, NOW + 60_000);
        String fields = token.substring("SharedAccessSignature ".length());
        String[] parts = fields.split("&");
        String turned = "SharedAccessSignature " + parts[3] + "&" + parts[2] + "&" + parts[1] + "&" + parts[0];
        assertEquals(Optional.of(RESOURCE), keys.verify(turned, NOW).audience());
    }

    @Test
    void oneThatWasChangedOrIsByAnotherKeyIsRefused() {
        String token = SasTokens.make(RESOURCE, "root", KEY, NOW + 60_000);
        for (String wrong : new String[] {
            token.replace("orders", "others"),
            token.replace("&se=" + (NOW / 1000 + 60), "&se=" + (NOW / 1000 + 61)),
            SasTokens.make(RESOURCE, "root", KEY + "x", NOW + 60_000),
            SasTokens.make(RESOURCE, "nobody", KEY, NOW + 60_000)
        }) {
            TokenRefusedException why = refused(wrong, NOW);
            assertFalse(why.isMalformed());
            assertTrue(why.getMessage().startsWith("the signature is not one of the key '"), why.getMessage());
        }
    }

    @Test
    void itCountsUntilItExpires() throws Exception {
        String token = SasTokens.make(RESOURCE, "root", KEY, NOW + 60_000);
        keys.verify(token, NOW + 59_999);
        TokenRefusedException why = refused(token, NOW + 60_000);
        assertEquals("the shared access signature has expired", why.getMessage());
        assertFalse(why.isMalformed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer x",
                "SharedAccessSignature ",
                "SharedAccessSignature sr",
                "SharedAccessSignature sr=a&sig=b&se=1",
                "SharedAccessSignature sr=a&sig=b&se=1&skn=root&sr=c",
                "SharedAccessSignature sr=a&sig=b&se=soon&skn=root",
                "SharedAccessSignature sr=a&sig=b&se=-1&skn=root",
                "SharedAccessSignature sr=%zz&sig=b&se=1&skn=root",
                "SharedAccessSignature sr=a&sig=%&se=1&skn=root"
            })
    void whatIsNoneIsSaidToBeNone(String token) {
        assertTrue(refused(token, NOW).isMalformed());
    }

    @Test
    void aKeyIsNotShown() {
        assertFalse(new SasKeys.Key(KEY, "anna").toString().contains(KEY));
    }
}
