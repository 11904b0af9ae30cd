package io.sluice.server.tokens;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.security.Principal;
import io.sluice.broker.security.TokenGrant;
import io.sluice.broker.security.TokenRefusedException;
import io.sluice.broker.security.TokenVerifier;
import io.sluice.broker.security.User;
import io.sluice.server.config.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JSON Web Tokens (RFC 7519) that are signed by a key of their issuer, with RSA or elliptic curves, and made out for this broker. Any thread. The
 * file with the keys is looked at again when a token comes and the last look is long ago: elsewhere, so that nobody waits for the disk.
 */
public final class JwtVerifier implements TokenVerifier {
    private static final Logger LOG = LoggerFactory.getLogger(JwtVerifier.class);
    private static final long MILLIS = 1000;
    /** RFC 7519 §5.1 and RFC 9068 §2.1; others are made for other purposes. */
    private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/at+jwt");

    private final Tokens.Jwt settings;
    private final Path file;
    private final Executor reading;
    private final AtomicLong lookedAtMillis = new AtomicLong(Long.MIN_VALUE);
    private volatile List<JWK> keys;
    private String seen;

    /**
     * Reads the keys.
     *
     * @param reading where the file is looked at again
     * @throws TokenKeysException it cannot be used
     */
    public JwtVerifier(Tokens.Jwt settings, Executor reading) throws TokenKeysException {
        this.settings = settings;
        this.file = path(settings.keysFile());
        this.reading = reading;
        this.seen = state();
        this.keys = JwtKeys.read(file);
    }

    private static Path path(String text) throws TokenKeysException {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new TokenKeysException(text, "it is no path: " + e.getReason(), e);
        }
    }

    @Override
    public TokenGrant verify(String token, long nowMillis) throws TokenRefusedException {
        lookAgain(nowMillis);
        SignedJWT parsed;
        JWTClaimsSet claims;
        try {
            parsed = SignedJWT.parse(token);
            claims = parsed.getJWTClaimsSet();
        } catch (ParseException | IllegalArgumentException e) {
            throw TokenRefusedException.malformed("this is no signed JSON Web Token");
        }
        JWSHeader header = parsed.getHeader();
        if (header.getType() != null
                && !TYPES.contains(header.getType().getType().toLowerCase(Locale.ROOT))) {
            throw TokenRefusedException.refused("the token is of type '" + header.getType() + "', not an access token");
        }
        if (!isSigned(parsed, header)) {
            throw TokenRefusedException.refused("no key of the issuer has signed the token");
        }
        return grant(claims, nowMillis);
    }

    private boolean isSigned(SignedJWT token, JWSHeader header) {
        JWSAlgorithm algorithm = header.getAlgorithm();
        boolean known = JWSAlgorithm.Family.RSA.contains(algorithm) || JWSAlgorithm.Family.EC.contains(algorithm);
        for (JWK key : known ? keys : List.<JWK>of()) {
            if (fits(key, header) && isSignedBy(token, header, key)) {
                return true;
            }
        }
        return false;
    }

    private static boolean fits(JWK key, JWSHeader header) {
        return key.getKeyType().equals(KeyType.forAlgorithm(header.getAlgorithm()))
                && (key.getKeyID() == null
                        || header.getKeyID() == null
                        || key.getKeyID().equals(header.getKeyID()))
                && (key.getAlgorithm() == null || key.getAlgorithm().equals(header.getAlgorithm()));
    }

    private static boolean isSignedBy(SignedJWT token, JWSHeader header, JWK key) {
        try {
            return token.verify(
                    new DefaultJWSVerifierFactory().createJWSVerifier(header, ((AsymmetricJWK) key).toPublicKey()));
        } catch (JOSEException e) {
            // Of another curve.
            LOG.debug("a token does not fit the key {}", key.getKeyID(), e);
            return false;
        }
    }

    private TokenGrant grant(JWTClaimsSet claims, long nowMillis) throws TokenRefusedException {
        long skewMillis = settings.clockSkewSeconds() * MILLIS;
        Date expires = claims.getExpirationTime();
        Date notBefore = claims.getNotBeforeTime();
        if (expires == null) {
            throw TokenRefusedException.refused("the token does not say when it expires (exp)");
        }
        long expiresAtMillis = expires.getTime() + skewMillis;
        if (nowMillis >= expiresAtMillis) {
            throw TokenRefusedException.refused("the token has expired");
        }
        if (notBefore != null && notBefore.getTime() - skewMillis > nowMillis) {
            throw TokenRefusedException.refused("the token does not count yet (nbf)");
        }
        if (!settings.issuer().equals(claims.getIssuer())) {
            throw TokenRefusedException.refused(
                    "the token is by '" + claims.getIssuer() + "', not by '" + settings.issuer() + "' (iss)");
        }
        if (!claims.getAudience().contains(settings.audience())) {
            throw TokenRefusedException.refused(
                    "the token is for " + claims.getAudience() + ", not for '" + settings.audience() + "' (aud)");
        }
        return new TokenGrant(new Principal(user(claims)), permissions(claims), Optional.empty(), expiresAtMillis);
    }

    private String user(JWTClaimsSet claims) throws TokenRefusedException {
        if (!(claims.getClaim(settings.userClaim()) instanceof String user)
                || user.isEmpty()
                || user.length() > User.MAX_NAME_LENGTH) {
            throw TokenRefusedException.refused(
                    "the claim '" + settings.userClaim() + "' of the token is not the name of a user");
        }
        return user;
    }

    private Optional<Permissions> permissions(JWTClaimsSet claims) {
        if (settings.scopes().isEmpty()) {
            return Optional.empty();
        }
        Set<String> has = scopes(claims.getClaim(settings.scopeClaim()));
        Permissions all = Permissions.NONE;
        for (Tokens.Scope scope : settings.scopes()) {
            if (has.contains(scope.name())) {
                all = all.or(scope.permissions());
            }
        }
        return Optional.of(all);
    }

    private static Set<String> scopes(Object claim) {
        List<String> scopes = new ArrayList<>();
        if (claim instanceof String text) {
            scopes.addAll(List.of(text.trim().split(" +")));
        } else if (claim instanceof List<?> several) {
            several.stream()
                    .filter(String.class::isInstance)
                    .map(String.class::cast)
                    .forEach(scopes::add);
        }
        return Set.copyOf(scopes);
    }

    private void lookAgain(long nowMillis) {
        long last = lookedAtMillis.get();
        boolean due = settings.reloadCheckMillis() > 0
                && (last == Long.MIN_VALUE || nowMillis - last >= settings.reloadCheckMillis());
        if (due && lookedAtMillis.compareAndSet(last, nowMillis)) {
            reading.execute(this::readIfChanged);
        }
    }

    private synchronized void readIfChanged() {
        String now = state();
        if (now.equals(seen)) {
            return;
        }
        // First, so that what changes while it is read is read again.
        seen = now;
        try {
            keys = JwtKeys.read(file);
            LOG.info("The keys for tokens were read again; tokens from now on are looked at with them");
        } catch (TokenKeysException e) {
            LOG.warn("The keys for tokens stay as they were: {}", e.getMessage());
        }
    }

    private String state() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
        } catch (IOException e) {
            return "missing";
        }
    }
}
