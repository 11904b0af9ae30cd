package io.sluice.amqp.netty;

import io.netty.handler.ssl.SslContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** One file with certificates or a private key, PEM or PKCS12 by its content. */
record TlsFile(Path file, Optional<Path> passwordFile) {
    private static final byte[] PEM_MARK = "-----BEGIN ".getBytes(StandardCharsets.US_ASCII);

    /** A private key and the certificates that go with it, its own first. */
    record KeyEntry(PrivateKey key, List<X509Certificate> chain) {}

    /** Netty's reader of PEM is open to its own kind of class only. There are never any of these. */
    private abstract static class Pem extends SslContext {
        static X509Certificate[] certificates(byte[] text) throws GeneralSecurityException {
            return toX509Certificates(new ByteArrayInputStream(text));
        }

        static PrivateKey key(byte[] text, String password) throws GeneralSecurityException, IOException {
            return toPrivateKey(new ByteArrayInputStream(text), password);
        }
    }

    boolean isPkcs12() throws TlsFileException {
        byte[] content = content(file);
        for (int i = 0; i + PEM_MARK.length <= content.length; i++) {
            if (Arrays.equals(content, i, i + PEM_MARK.length, PEM_MARK, 0, PEM_MARK.length)) {
                return false;
            }
        }
        return true;
    }

    List<X509Certificate> pemCertificates() throws TlsFileException {
        byte[] text = content(file);
        try {
            return List.of(Pem.certificates(text));
        } catch (GeneralSecurityException e) {
            throw new TlsFileException(file, "there is no certificate in it that can be read: " + e.getMessage(), e);
        }
    }

    PrivateKey pemKey() throws TlsFileException {
        String password = password().orElse(null);
        byte[] text = content(file);
        try {
            return Pem.key(text, password);
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            String hint = password == null ? "" : " with the password in " + passwordFile.orElseThrow();
            throw new TlsFileException(
                    file,
                    "there is no private key in it that can be read" + hint
                            + "; it must be PKCS#8, which `openssl pkcs8 -topk8` makes of other forms: "
                            + e.getMessage(),
                    e);
        }
    }

    KeyEntry pkcs12Key() throws TlsFileException {
        KeyStore store = pkcs12();
        char[] password = password().orElse("").toCharArray();
        try {
            for (String alias : Collections.list(store.aliases())) {
                if (store.getKey(alias, password) instanceof PrivateKey key) {
                    List<X509Certificate> chain = new ArrayList<>();
                    for (java.security.cert.Certificate certificate : store.getCertificateChain(alias)) {
                        chain.add((X509Certificate) certificate);
                    }
                    return new KeyEntry(key, chain);
                }
            }
        } catch (GeneralSecurityException e) {
            throw new TlsFileException(file, "its private key cannot be read: " + e.getMessage(), e);
        }
        throw new TlsFileException(file, "there is no private key in it", null);
    }

    List<X509Certificate> pkcs12Certificates() throws TlsFileException {
        KeyStore store = pkcs12();
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            for (String alias : Collections.list(store.aliases())) {
                if (store.getCertificate(alias) instanceof X509Certificate certificate) {
                    certificates.add(certificate);
                }
            }
        } catch (GeneralSecurityException e) {
            throw new TlsFileException(file, e.getMessage(), e);
        }
        if (certificates.isEmpty()) {
            throw new TlsFileException(file, "there is no certificate in it", null);
        }
        return certificates;
    }

    private KeyStore pkcs12() throws TlsFileException {
        char[] password = password().orElse("").toCharArray();
        byte[] content = content(file);
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(content), password);
            return store;
        } catch (GeneralSecurityException | IOException e) {
            boolean locked = e.getCause() instanceof java.security.UnrecoverableKeyException;
            String why = !locked
                    ? "it is neither PEM nor PKCS12"
                    : passwordFile.isEmpty()
                            ? "it needs a password"
                            : "it is not opened by the password in " + passwordFile.get();
            throw new TlsFileException(file, why, e);
        }
    }

    private Optional<String> password() throws TlsFileException {
        if (passwordFile.isEmpty()) {
            return Optional.empty();
        }
        String text = new String(content(passwordFile.get()), StandardCharsets.UTF_8);
        return Optional.of(text.lines().findFirst().orElse(""));
    }

    private static byte[] content(Path file) throws TlsFileException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new TlsFileException(file, "there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new TlsFileException(file, "it may not be read", e);
        } catch (IOException e) {
            throw new TlsFileException(file, "it cannot be read: " + e.getMessage(), e);
        }
    }
}
