package io.sluice.amqp.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.netty.TlsSettings.Authorities;
import io.sluice.amqp.netty.TlsSettings.Certificate;
import io.sluice.amqp.netty.TlsSettings.ClientCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What TLS reads from files: the forms it takes, the sentence for each it does not, and what a change of a file does. */
class TlsFilesTest {
    @TempDir
    static Path made;

    @TempDir
    Path folder;

    private static Path first;
    private static Path second;
    private Path password;

    @BeforeAll
    static void makeCertificates() throws Exception {
        first = TestCertificates.pkcs12(made.resolve("first.p12"), "CN=first,O=Sluice", "one.test", "*.one.test");
        second = TestCertificates.pkcs12(made.resolve("second.p12"), "CN=two.test");
    }

    @BeforeEach
    void writePassword() throws Exception {
        password = Files.writeString(folder.resolve("password"), TestCertificates.PASSWORD + "\nnot this line\n");
    }

    private static TlsSettings settings(Certificate... certificates) {
        return new TlsSettings(
                List.of(certificates),
                ClientCertificates.NONE,
                Optional.empty(),
                CertificateUser.COMMON_NAME,
                List.of("TLSv1.3"),
                List.of());
    }

    private Certificate pkcs12(Path file) {
        return new Certificate(file, Optional.empty(), Optional.of(password), List.of());
    }

    private static Certificate pem(Path file, Path keyFile) {
        return new Certificate(file, Optional.of(keyFile), Optional.empty(), List.of());
    }

    private Path pemCertificate(Path pkcs12) throws Exception {
        return Files.writeString(
                folder.resolve("cert-of-" + pkcs12.getFileName()),
                "a text of somebody\n" + TestCertificates.pem(TestCertificates.certificate(pkcs12)));
    }

    private Path pemKey(Path pkcs12) throws Exception {
        return Files.writeString(
                folder.resolve("key-of-" + pkcs12.getFileName()), TestCertificates.pem(TestCertificates.key(pkcs12)));
    }

    private static String refused(TlsSettings settings) {
        return assertThrows(TlsFileException.class, () -> new TlsFiles(settings))
                .getMessage();
    }

    @Test
    void aCertificateIsChosenByTheHostNameThatIsAskedFor() throws Exception {
        Certificate own = new Certificate(
                pemCertificate(second), Optional.of(pemKey(second)), Optional.empty(), List.of("Other.test"));
        TlsContexts contexts = new TlsFiles(settings(pkcs12(first), pkcs12(second), own)).current();

        assertSame(contexts.of(null), contexts.of("one.test"));
        assertSame(contexts.of(null), contexts.of("a.ONE.test"));
        assertSame(contexts.of(null), contexts.of("unknown"));
        assertSame(contexts.of(null), contexts.of("a.b.one.test"));
        assertNotSame(contexts.of(null), contexts.of("two.test"));
        assertNotSame(contexts.of(null), contexts.of("other.test"));
        assertNotSame(contexts.of("two.test"), contexts.of("other.test"));
    }

    @Test
    void pemMayBeOneFileOrTwo() throws Exception {
        new TlsFiles(settings(pem(pemCertificate(first), pemKey(first))));
        Path both = Files.writeString(
                folder.resolve("both.pem"),
                TestCertificates.pem(TestCertificates.key(first))
                        + TestCertificates.pem(TestCertificates.certificate(first)));
        new TlsFiles(settings(new Certificate(both, Optional.empty(), Optional.empty(), List.of())));
    }

    @Test
    void eachMistakeIsNamedWithItsFile() throws Exception {
        Path missing = folder.resolve("missing.pem");
        Path certificate = pemCertificate(first);
        Path text = Files.writeString(folder.resolve("text"), "neither this nor that");
        Path otherKey = pemKey(second);
        Path wrong = Files.writeString(folder.resolve("wrong"), "guess");

        assertEquals(missing + ": there is no such file", refused(settings(pem(missing, otherKey))));
        assertEquals(missing + ": there is no such file", refused(settings(pem(certificate, missing))));
        assertEquals(
                otherKey + ": it is not the private key of the certificate in " + certificate,
                refused(settings(pem(certificate, otherKey))));
        assertEquals(text + ": it is neither PEM nor PKCS12", refused(settings(pkcs12(text))));
        assertEquals(
                first + ": it needs a password",
                refused(settings(new Certificate(first, Optional.empty(), Optional.empty(), List.of()))));
        assertEquals(
                first + ": it is not opened by the password in " + wrong,
                refused(settings(new Certificate(first, Optional.empty(), Optional.of(wrong), List.of()))));
        String noKey = refused(settings(pem(certificate, certificate)));
        assertTrue(noKey.startsWith(certificate + ": there is no private key in it that can be read"), noKey);
        String noCertificate = refused(settings(pem(otherKey, otherKey)));
        assertTrue(
                noCertificate.startsWith(otherKey + ": there is no certificate in it that can be read"), noCertificate);
        TlsSettings trusting = new TlsSettings(
                List.of(pkcs12(first)),
                ClientCertificates.REQUIRED,
                Optional.of(new Authorities(missing, Optional.empty())),
                CertificateUser.COMMON_NAME,
                List.of("TLSv1.3"),
                List.of());
        assertEquals(missing + ": there is no such file", refused(trusting));
    }

    @Test
    void aProtocolThatIsNoneIsNamedWithTheFile() {
        TlsSettings settings = new TlsSettings(
                List.of(pkcs12(first)),
                ClientCertificates.NONE,
                Optional.empty(),
                CertificateUser.COMMON_NAME,
                List.of("TLSv9"),
                List.of());
        String text = refused(settings);
        assertTrue(text.startsWith(first + ": TLS cannot be set up with it: "), text);
    }

    @Test
    void whatChangedIsReadAgainAndWhatIsBrokenIsNot() throws Exception {
        Path certificate = pemCertificate(first);
        Path key = pemKey(first);
        TlsFiles files = new TlsFiles(settings(pem(certificate, key)));
        TlsContexts before = files.current();

        files.readIfChanged();
        assertSame(before, files.current());

        // The two files of a pair are never replaced at the same time.
        Files.copy(pemCertificate(second), certificate, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        files.readIfChanged();
        assertSame(before, files.current());

        Files.copy(pemKey(second), key, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        files.readIfChanged();
        TlsContexts after = files.current();
        assertNotSame(before, after);

        Files.delete(key);
        files.readIfChanged();
        assertSame(after, files.current());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CN=anna,OU=sales,O=Example | anna | CN=anna,OU=sales,O=Example",
                "CN=a\\,b,O=Example         | a,b  | CN=a\\,b,O=Example",
                "OU=sales,O=Example         |      | OU=sales,O=Example"
            })
    void usersOfCertificates(String subject, String commonName, String distinguishedName) throws Exception {
        Path file = TestCertificates.pkcs12(folder.resolve("user.p12"), subject);
        assertEquals(
                Optional.ofNullable(commonName), CertificateUser.COMMON_NAME.of(TestCertificates.certificate(file)));
        assertEquals(
                Optional.of(distinguishedName),
                CertificateUser.DISTINGUISHED_NAME.of(TestCertificates.certificate(file)));
    }
}
