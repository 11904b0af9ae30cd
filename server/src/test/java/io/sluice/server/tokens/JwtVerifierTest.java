package io.sluice.server.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.sluice.broker.NamePattern;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.security.Permissions.Action;
import io.sluice.broker.security.TokenGrant;
import io.sluice.broker.security.TokenRefusedException;
import io.sluice.server.config.Tokens;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JSON Web Tokens: which count, for whom, until when; and the file with the keys of their issuer. */
class JwtVerifierTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final int SKEW_SECONDS = 60;

    private static RSAKey rsa;
    private static RSAKey stranger;
    private static ECKey ec;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeAll
    static void makeKeys() throws Exception {
        rsa = new RSAKeyGenerator(2048).keyID("one").generate();
        stranger = new RSAKeyGenerator(2048).keyID("one").generate();
        ec = new ECKeyGenerator(Curve.P_256).keyID("two").generate();
    }

    @BeforeEach
    void writeKeys() throws Exception {
        file = Files.writeString(folder.resolve("keys.json"), new JWKSet(List.of(rsa, ec)).toString(true));
    }

    private Tokens.Jwt settings(List<Tokens.Scope> scopes) {
        return new Tokens.Jwt(
                file.toString(), "https://issuer.example", "sluice", "sub", "scope", scopes, SKEW_SECONDS, 10_000);
    }

    private JwtVerifier verifier(Tokens.Scope... scopes) throws TokenKeysException {
        return new JwtVerifier(settings(List.of(scopes)), Runnable::run);
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer("https://issuer.example")
                .audience(List.of("other", "sluice"))
                .subject("anna")
                .expirationTime(new Date(NOW + 600_000));
    }

    private static String signed(JWSHeader header, JWSSigner signer, JWTClaimsSet claims) throws Exception {
        SignedJWT token = new SignedJWT(header, claims);
        token.sign(signer);
        return token.serialize();
    }

    private static String rs256(JWTClaimsSet claims) throws Exception {
        return signed(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("one").build(), new RSASSASigner(rsa), claims);
    }

    private void refused(String text, String token) throws Exception {
        JwtVerifier verifier = verifier();
        TokenRefusedException why = assertThrows(TokenRefusedException.class, () -> verifier.verify(token, NOW));
        assertEquals(text, why.getMessage());
    }

    @Test
    void oneByAKeyOfTheIssuerIsOfItsSubject() throws Exception {
        TokenGrant grant = verifier().verify(rs256(claims().build()), NOW);
        assertEquals("anna", grant.who().name());
        assertEquals(Optional.empty(), grant.permissions());
        assertEquals(Optional.empty(), grant.audience());
        assertEquals(NOW + 600_000 + SKEW_SECONDS * 1000, grant.expiresAtMillis());
    }

    @Test
    void ellipticCurvesAreTakenToo() throws Exception {
        String token = signed(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .keyID("two")
                        .type(new JOSEObjectType("at+jwt"))
                        .build(),
                new ECDSASigner(ec),
                claims().build());
        assertEquals("anna", verifier().verify(token, NOW).who().name());
    }

    @Test
    void theSignatureHasToBeTheIssuers() throws Exception {
        String text = "no key of the issuer has signed the token";
        refused(
                text,
                signed(
                        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("one").build(),
                        new RSASSASigner(stranger),
                        claims().build()));
        refused(
                text,
                signed(
                        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("nine").build(),
                        new RSASSASigner(rsa),
                        claims().build()));
        String good = rs256(claims().build());
        String other = rs256(claims().subject("berta").build());
        refused(text, good.split("\\.")[0] + "." + other.split("\\.")[1] + "." + good.split("\\.")[2]);
        // The public key as a secret: the mistake that gave others' libraries a name.
        refused(
                text,
                signed(
                        new JWSHeader(JWSAlgorithm.HS256),
                        new MACSigner(rsa.toRSAPublicKey().getEncoded()),
                        claims().build()));
    }

    @Test
    void whatIsUnsignedOrNoTokenIsNone() throws Exception {
        for (String none : new String[] {"", "x", "a.b.c", new PlainJWT(claims().build()).serialize()}) {
            refused("this is no signed JSON Web Token", none);
            JwtVerifier verifier = verifier();
            assertTrue(assertThrows(TokenRefusedException.class, () -> verifier.verify(none, NOW))
                    .isMalformed());
        }
    }

    @Test
    void aTokenForAnotherPurposeIsRefused() throws Exception {
        refused(
                "the token is of type 'logout+jwt', not an access token",
                signed(
                        new JWSHeader.Builder(JWSAlgorithm.RS256)
                                .type(new JOSEObjectType("logout+jwt"))
                                .build(),
                        new RSASSASigner(rsa),
                        claims().build()));
        refused(
                "the token is by 'https://other.example', not by 'https://issuer.example' (iss)",
                rs256(claims().issuer("https://other.example").build()));
        refused(
                "the token is for [other], not for 'sluice' (aud)",
                rs256(claims().audience("other").build()));
        refused(
                "the token is for [], not for 'sluice' (aud)",
                rs256(claims().audience((String) null).build()));
        refused(
                "the claim 'sub' of the token is not the name of a user",
                rs256(claims().subject(null).build()));
        refused(
                "the claim 'sub' of the token is not the name of a user",
                rs256(claims().subject("x".repeat(256)).build()));
    }

    @Test
    void itCountsFromWhenToWhenItSaysAndAMinuteMore() throws Exception {
        String token = rs256(claims().notBeforeTime(new Date(NOW))
                .expirationTime(new Date(NOW + 10_000))
                .build());
        JwtVerifier verifier = verifier();
        verifier.verify(token, NOW - 60_000);
        verifier.verify(token, NOW + 69_999);
        assertEquals(
                "the token does not count yet (nbf)",
                assertThrows(TokenRefusedException.class, () -> verifier.verify(token, NOW - 60_001))
                        .getMessage());
        assertEquals(
                "the token has expired",
                assertThrows(TokenRefusedException.class, () -> verifier.verify(token, NOW + 70_000))
                        .getMessage());
        refused(
                "the token does not say when it expires (exp)",
                rs256(claims().expirationTime(null).build()));
    }

    @Test
    void scopesSayWhatTheBearerMay() throws Exception {
        JwtVerifier verifier = verifier(
                new Tokens.Scope("orders.send", permissions(Action.SEND, "orders")),
                new Tokens.Scope("bills.send", permissions(Action.SEND, "bills")),
                new Tokens.Scope("orders.read", permissions(Action.RECEIVE, "orders")));
        Permissions two = verifier.verify(
                        rs256(claims().claim("scope", "orders.send bills.send openid")
                                .build()),
                        NOW)
                .permissions()
                .orElseThrow();
        assertTrue(two.allow(Action.SEND, "orders"));
        assertTrue(two.allow(Action.SEND, "bills"));
        assertFalse(two.allow(Action.RECEIVE, "orders"));
        Permissions list = verifier.verify(
                        rs256(claims().claim("scope", List.of("orders.read")).build()), NOW)
                .permissions()
                .orElseThrow();
        assertEquals(permissions(Action.RECEIVE, "orders"), list);
        assertEquals(
                Optional.of(Permissions.NONE),
                verifier.verify(rs256(claims().build()), NOW).permissions());
    }

    private static Permissions permissions(Action action, String pattern) {
        return new Permissions(Map.of(action, List.of(new NamePattern(pattern))));
    }

    @Test
    void keysMayBePem() throws Exception {
        Files.writeString(
                file,
                pem(rsa.toRSAPublicKey().getEncoded()) + pem(ec.toECPublicKey().getEncoded()));
        assertEquals(
                "anna", verifier().verify(rs256(claims().build()), NOW).who().name());
        String token = signed(new JWSHeader(JWSAlgorithm.ES256), new ECDSASigner(ec), claims().build());
        assertEquals("anna", verifier().verify(token, NOW).who().name());
    }

    private static String pem(byte[] key) {
        return "-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder().encodeToString(key)
                + "\n-----END PUBLIC KEY-----\n";
    }

    @Test
    void newKeysCountWithoutARestartAndBrokenOnesDoNot() throws Exception {
        JwtVerifier verifier = verifier();
        String old = rs256(claims().build());
        String next = signed(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("one").build(),
                new RSASSASigner(stranger),
                claims().build());
        verifier.verify(old, NOW);
        Files.writeString(file, "not keys");
        verifier.verify(old, NOW + 10_000);
        Files.writeString(file, new JWKSet(stranger).toString(true));
        verifier.verify(old, NOW + 19_999);
        verifier.verify(next, NOW + 20_000);
        assertThrows(TokenRefusedException.class, () -> verifier.verify(old, NOW + 20_000));
    }

    @Test
    void aFileThatCannotBeUsedIsNamed() throws Exception {
        bad("there is no public key for signatures in it, of RSA or elliptic curves", "{\"keys\":[]}");
        bad(
                "it is neither a JSON Web Key Set nor PEM with public keys: \"PRIVATE KEY\" is no public key and no"
                        + " certificate",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        bad(
                "it is neither a JSON Web Key Set nor PEM with public keys: a key of RSA has 1024 bits, and needs 2048"
                        + " or more",
                new JWKSet(new RSAKeyGenerator(1024, true).generate()).toString(true));
        Files.delete(file);
        assertEquals(
                file + ": there is no such file",
                assertThrows(TokenKeysException.class, this::verifier).getMessage());
    }

    private void bad(String text, String content) throws Exception {
        Files.writeString(file, content);
        assertEquals(
                file + ": " + text,
                assertThrows(TokenKeysException.class, this::verifier).getMessage());
    }
}
