package io.sluice.amqp.netty;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Certificates as the JDK's own keytool makes them, in the forms that operators have. */
final class TestCertificates {
    static final String PASSWORD = "store-password";

    private TestCertificates() {}

    /** A PKCS12 file with a key and its self-signed certificate. @param hostNames to make it out for */
    static Path pkcs12(Path file, String subject, String... hostNames) throws IOException, InterruptedException {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        List<String> command = new ArrayList<>(List.of(keytool.toString(), "-genkeypair", "-alias", "key"));
        command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2", "-dname", subject));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD, "-keystore", file.toString()));
        if (hostNames.length > 0) {
            command.addAll(List.of("-ext", "san=dns:" + String.join(",dns:", hostNames)));
        }
        Files.deleteIfExists(file);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("keytool failed: " + output);
        }
        return file;
    }

    static X509Certificate certificate(Path pkcs12) throws IOException, GeneralSecurityException {
        return (X509Certificate) open(pkcs12).getCertificate("key");
    }

    static PrivateKey key(Path pkcs12) throws IOException, GeneralSecurityException {
        return (PrivateKey) open(pkcs12).getKey("key", PASSWORD.toCharArray());
    }

    static KeyStore open(Path pkcs12) throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(pkcs12.toFile(), PASSWORD.toCharArray());
    }

    static String pem(X509Certificate certificate) throws GeneralSecurityException {
        return pem("CERTIFICATE", certificate.getEncoded());
    }

    static String pem(PrivateKey key) {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    private static String pem(String kind, byte[] content) {
        Base64.Encoder base64 = Base64.getMimeEncoder(64, new byte[] {'\n'});
        return "-----BEGIN " + kind + "-----\n" + base64.encodeToString(content) + "\n-----END " + kind + "-----\n";
    }
}
