package io.sluice.clients;

import io.sluice.program.Certificates;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;

/** Certificates of the broker and of one user, anna, for all clients of a run: making them takes seconds. */
public final class ClientIdentities {
    private static final class Holder {
        static final ClientIdentities MADE = make();
    }

    private final Certificates certificates;
    private final Path server;
    private final Path anna;
    private final Path annaKey;

    private ClientIdentities(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        certificates = Certificates.in(folder);
        server = certificates.issue("server", "CN=server", "san=dns:localhost,ip:127.0.0.1");
        anna = certificates.issue("anna", "CN=anna,O=Example", "ku=digitalSignature");
        annaKey = Files.writeString(folder.resolve("anna.key"), pem(key(anna)));
    }

    public static ClientIdentities get() {
        return Holder.MADE;
    }

    private static ClientIdentities make() {
        try {
            return new ClientIdentities(Files.createTempDirectory(
                    Files.createDirectories(Path.of("target", "clients")).toAbsolutePath(), "identities"));
        } catch (IOException | GeneralSecurityException e) {
            throw new UncheckedIOException(e instanceof IOException io ? io : new IOException(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Key key(Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, Certificates.PASSWORD.toCharArray());
        }
        return keys.getKey("key", Certificates.PASSWORD.toCharArray());
    }

    private static String pem(Key key) {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(key.getEncoded());
        return "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n";
    }

    /** PEM. */
    public Path authority() {
        return certificates.authority();
    }

    /** PKCS12, opened by {@link Certificates#PASSWORD} like the others. */
    public Path trust() {
        return certificates.trust();
    }

    public Path server() {
        return server;
    }

    public Path passwordFile() {
        return certificates.passwordFile();
    }

    /** The user's key and certificate, PKCS12. */
    public Path anna() {
        return anna;
    }

    /** The user's certificate, PEM. */
    public Path annaCertificate() {
        return anna.resolveSibling("anna.pem");
    }

    /** The user's key, PEM. */
    public Path annaKey() {
        return annaKey;
    }
}
