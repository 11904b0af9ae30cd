package io.sluice.program;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Date;

/** Who makes JSON Web Tokens that a broker takes: with the user in the claim {@code name} and scopes in {@code scope}. */
public final class TokenIssuer {
    private final RSAKey key;

    public TokenIssuer() {
        try {
            key = new RSAKeyGenerator(2048).keyID("k1").generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a broker's configuration says of it, under {@code security.tokens}, indented by four. @param folder for its public key */
    public String settings(Path folder) throws IOException {
        Path keys = Files.writeString(folder.resolve("keys.json"), new JWKSet(key).toString(true));
        return """
                    jwt:
                      keysFile: "%s"
                      issuer: https://issuer.example
                      audience: sluice
                      userClaim: name
                      clockSkewSeconds: 0
                """.formatted(keys);
    }

    /** @param forMillis may be negative: it is over by then */
    public String token(String user, String scopes, long forMillis) {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1").build(),
                new JWTClaimsSet.Builder()
                        .issuer("https://issuer.example")
                        .audience("sluice")
                        .subject("4711")
                        .claim("name", user)
                        .claim("scope", scopes)
                        .expirationTime(new Date(System.currentTimeMillis() + forMillis))
                        .build());
        try {
            token.sign(new RSASSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return token.serialize();
    }
}
