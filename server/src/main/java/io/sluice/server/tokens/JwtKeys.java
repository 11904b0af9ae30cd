package io.sluice.server.tokens;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The file with the public keys of who issues tokens: a JSON Web Key Set (RFC 7517), or PEM with public keys or certificates. Blocks on the disk. */
final class JwtKeys {
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final int MIN_RSA_BITS = 2048;

    private JwtKeys() {}

    /** @return one or more keys of RSA or elliptic curves */
    static List<JWK> read(Path file) throws TokenKeysException {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new TokenKeysException(file, "there is no such file", e);
        } catch (IOException e) {
            throw new TokenKeysException(file, "it cannot be read: " + e.getMessage(), e);
        }
        try {
            List<JWK> keys = text.contains("-----BEGIN ")
                    ? pem(text)
                    : JWKSet.parse(text).getKeys();
            List<JWK> signing = new ArrayList<>();
            for (JWK key : keys) {
                if (isForSignatures(key)) {
                    signing.add(checked(key).toPublicJWK());
                }
            }
            if (signing.isEmpty()) {
                throw new TokenKeysException(
                        file, "there is no public key for signatures in it, of RSA or elliptic curves", null);
            }
            return List.copyOf(signing);
        } catch (ParseException | GeneralSecurityException | IllegalArgumentException e) {
            throw new TokenKeysException(
                    file, "it is neither a JSON Web Key Set nor PEM with public keys: " + e.getMessage(), e);
        }
    }

    private static boolean isForSignatures(JWK key) {
        boolean kind = key.getKeyType().equals(KeyType.RSA) || key.getKeyType().equals(KeyType.EC);
        return kind && (key.getKeyUse() == null || key.getKeyUse().equals(com.nimbusds.jose.jwk.KeyUse.SIGNATURE));
    }

    private static JWK checked(JWK key) throws InvalidKeySpecException {
        if (key instanceof RSAKey rsa && rsa.size() < MIN_RSA_BITS) {
            throw new InvalidKeySpecException(
                    "a key of RSA has " + rsa.size() + " bits, and needs " + MIN_RSA_BITS + " or more");
        }
        try {
            ((AsymmetricJWK) key).toPublicKey();
            return key;
        } catch (JOSEException e) {
            throw new InvalidKeySpecException(e.getMessage(), e);
        }
    }

    private static List<JWK> pem(String text) throws GeneralSecurityException {
        List<JWK> keys = new ArrayList<>();
        Matcher matcher = PEM.matcher(text);
        while (matcher.find()) {
            byte[] content = Base64.getMimeDecoder().decode(matcher.group(2));
            switch (matcher.group(1)) {
                case "PUBLIC KEY" -> keys.add(jwk(publicKey(content)));
                case "CERTIFICATE" ->
                    keys.add(jwk(CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(content))
                            .getPublicKey()));
                default ->
                    throw new InvalidKeySpecException(
                            "\"" + matcher.group(1) + "\" is no public key and no certificate");
            }
        }
        return keys;
    }

    private static PublicKey publicKey(byte[] encoded) throws GeneralSecurityException {
        X509EncodedKeySpec spec = new X509EncodedKeySpec(encoded);
        try {
            return KeyFactory.getInstance("RSA").generatePublic(spec);
        } catch (InvalidKeySpecException e) {
            return KeyFactory.getInstance("EC").generatePublic(spec);
        }
    }

    private static JWK jwk(PublicKey key) throws InvalidKeySpecException {
        if (key instanceof RSAPublicKey rsa) {
            return new RSAKey.Builder(rsa).build();
        }
        if (key instanceof ECPublicKey ec) {
            return new ECKey.Builder(Curve.forECParameterSpec(ec.getParams()), ec).build();
        }
        throw new InvalidKeySpecException("a key of " + key.getAlgorithm() + ", neither of RSA nor of elliptic curves");
    }
}
