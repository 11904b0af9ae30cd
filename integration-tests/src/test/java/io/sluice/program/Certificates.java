package io.sluice.program;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A small public key infrastructure in a folder, made by the JDK's own keytool: an authority, and those it vouches for. */
public final class Certificates {
    /** Of every file. */
    public static final String PASSWORD = "store-password";

    private final Path folder;

    private Certificates(Path folder) {
        this.folder = folder;
    }

    /** With an authority. */
    public static Certificates in(Path folder) throws IOException, InterruptedException {
        Certificates certificates = new Certificates(folder);
        certificates.generate("authority", "CN=Authority", "-ext", "bc:critical=ca:true");
        certificates.keytool(
                "-exportcert", "-rfc", "-alias", "key", "-keystore", "authority.p12", "-file", "authority.pem");
        certificates.keytool(
                "-importcert", "-noprompt", "-alias", "ca", "-keystore", "trust.p12", "-file", "authority.pem");
        Files.writeString(folder.resolve("password"), PASSWORD + "\n");
        return certificates;
    }

    /** The authority's certificate, PEM. */
    public Path authority() {
        return folder.resolve("authority.pem");
    }

    /** The same as PKCS12, to be trusted by a client. */
    public Path trust() {
        return folder.resolve("trust.p12");
    }

    /** Its first line is {@link #PASSWORD}. */
    public Path passwordFile() {
        return folder.resolve("password");
    }

    /** PKCS12 with a key and a certificate of the authority. @param extension such as {@code san=dns:localhost} */
    public Path issue(String name, String subject, String extension) throws IOException, InterruptedException {
        generate(name, subject);
        keytool("-certreq", "-alias", "key", "-keystore", name + ".p12", "-file", name + ".csr");
        keytool(
                "-gencert",
                "-rfc",
                "-alias",
                "key",
                "-keystore",
                "authority.p12",
                "-infile",
                name + ".csr",
                "-outfile",
                name + ".pem",
                "-ext",
                extension,
                "-validity",
                "2");
        keytool("-importcert", "-noprompt", "-alias", "ca", "-keystore", name + ".p12", "-file", "authority.pem");
        keytool("-importcert", "-noprompt", "-alias", "key", "-keystore", name + ".p12", "-file", name + ".pem");
        return folder.resolve(name + ".p12");
    }

    private void generate(String name, String subject, String... more) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                "-genkeypair",
                "-alias",
                "key",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "2",
                "-dname",
                subject,
                "-keystore",
                name + ".p12"));
        arguments.addAll(List.of(more));
        keytool(arguments.toArray(String[]::new));
    }

    private void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", arguments) + ": " + output);
        }
    }
}
