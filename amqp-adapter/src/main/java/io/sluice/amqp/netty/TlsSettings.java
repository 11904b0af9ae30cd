package io.sluice.amqp.netty;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How TLS is spoken.
 *
 * @param certificates ours, one or more; the first is shown where no other has the host name the peer asks for
 * @param clientCertificates whether peers show one
 * @param authorities whose certificates we believe; empty: the authorities of the Java runtime
 * @param certificateUser who a peer is by its certificate
 * @param protocols as Java names them, such as {@code TLSv1.3}
 * @param cipherSuites as Java names them; empty: its own choice
 */
public record TlsSettings(
        List<Certificate> certificates,
        ClientCertificates clientCertificates,
        Optional<Authorities> authorities,
        CertificateUser certificateUser,
        List<String> protocols,
        List<String> cipherSuites) {
    public TlsSettings {
        certificates = List.copyOf(certificates);
        protocols = List.copyOf(protocols);
        cipherSuites = List.copyOf(cipherSuites);
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("TLS needs a certificate");
        }
    }

    /**
     * One of ours.
     *
     * @param file PEM with the certificate and those that lead to its authority; or PKCS12 with the private key as well
     * @param keyFile PEM with the private key in PKCS#8; empty: it is in {@link #file}
     * @param passwordFile its first line opens the private key, or the PKCS12 file
     * @param hostNames peers that ask for these are shown it, {@code *.example.com} for all of a domain; empty: those it is made out
     *     for
     */
    public record Certificate(Path file, Optional<Path> keyFile, Optional<Path> passwordFile, List<String> hostNames) {
        public Certificate {
            hostNames = List.copyOf(hostNames);
        }
    }

    /**
     * @param file PEM or PKCS12 with their certificates
     * @param passwordFile its first line opens the PKCS12 file
     */
    public record Authorities(Path file, Optional<Path> passwordFile) {}

    /** What we want of peers. */
    public enum ClientCertificates {
        /** They are not asked. */
        NONE,
        /** Who shows one needs a good one. */
        WANTED,
        /** Who shows none is not let in. */
        REQUIRED
    }
}
