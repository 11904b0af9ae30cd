package io.sluice.amqp.netty;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.sluice.amqp.netty.TlsFile.KeyEntry;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** What the files of a {@link TlsSettings} said when they were read: one context for each certificate. Immutable. */
final class TlsContexts {
    private static final int DNS_NAME = 2;

    private final SslContext first;
    private final Map<String, SslContext> byHostName;

    private TlsContexts(SslContext first, Map<String, SslContext> byHostName) {
        this.first = first;
        this.byHostName = byHostName;
    }

    /** Reads the files. @throws TlsFileException one of them cannot be used */
    static TlsContexts load(TlsSettings settings) throws TlsFileException {
        List<X509Certificate> authorities = authorities(settings.authorities());
        SslContext first = null;
        Map<String, SslContext> byHostName = new HashMap<>();
        for (TlsSettings.Certificate certificate : settings.certificates()) {
            KeyEntry entry = keyEntry(certificate);
            SslContext context = context(settings, certificate.file(), entry, authorities);
            first = first == null ? context : first;
            List<String> names =
                    certificate.hostNames().isEmpty() ? madeOutFor(entry.chain().get(0)) : certificate.hostNames();
            names.forEach(name -> byHostName.putIfAbsent(name.toLowerCase(Locale.ROOT), context));
        }
        return new TlsContexts(first, byHostName);
    }

    private static List<X509Certificate> authorities(Optional<TlsSettings.Authorities> authorities)
            throws TlsFileException {
        if (authorities.isEmpty()) {
            return List.of();
        }
        TlsFile file = new TlsFile(authorities.get().file(), authorities.get().passwordFile());
        return file.isPkcs12() ? file.pkcs12Certificates() : file.pemCertificates();
    }

    private static KeyEntry keyEntry(TlsSettings.Certificate certificate) throws TlsFileException {
        TlsFile file = new TlsFile(certificate.file(), certificate.passwordFile());
        Path keyFile = certificate.keyFile().orElse(certificate.file());
        KeyEntry entry = file.isPkcs12()
                ? file.pkcs12Key()
                : new KeyEntry(new TlsFile(keyFile, certificate.passwordFile()).pemKey(), file.pemCertificates());
        if (!belong(entry.key(), entry.chain().get(0).getPublicKey())) {
            throw new TlsFileException(keyFile, "it is not the private key of the certificate in " + file.file(), null);
        }
        return entry;
    }

    /** Or the first handshake would fail, and a file that is replaced before the other would be taken. */
    private static boolean belong(PrivateKey key, PublicKey certified) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        byte[] text = {1, 2, 3};
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static SslContext context(
            TlsSettings settings, Path file, KeyEntry entry, List<X509Certificate> authorities)
            throws TlsFileException {
        ClientAuth clients = switch (settings.clientCertificates()) {
            case NONE -> ClientAuth.NONE;
            case WANTED -> ClientAuth.OPTIONAL;
            case REQUIRED -> ClientAuth.REQUIRE;
        };
        SslContextBuilder builder = SslContextBuilder.forServer(entry.key(), entry.chain())
                .sslProvider(SslProvider.JDK)
                .protocols(settings.protocols())
                .clientAuth(clients);
        if (!authorities.isEmpty()) {
            builder.trustManager(authorities);
        }
        if (!settings.cipherSuites().isEmpty()) {
            builder.ciphers(settings.cipherSuites());
        }
        try {
            SslContext context = builder.build();
            // Only an engine looks at the names of protocols and cipher suites.
            context.newEngine(UnpooledByteBufAllocator.DEFAULT);
            return context;
        } catch (SSLException | IllegalArgumentException e) {
            throw new TlsFileException(file, "TLS cannot be set up with it: " + e.getMessage(), e);
        }
    }

    private static List<String> madeOutFor(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            for (List<?> alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (alternative.get(0).equals(DNS_NAME)) {
                    names.add((String) alternative.get(1));
                }
            }
        } catch (CertificateParsingException e) {
            return names;
        }
        if (names.isEmpty()) {
            CertificateUser.COMMON_NAME.of(certificate).ifPresent(names::add);
        }
        return names;
    }

    /** @param hostName the one a peer asks for; null where it does not say */
    SslContext of(String hostName) {
        if (hostName == null) {
            return first;
        }
        String name = hostName.toLowerCase(Locale.ROOT);
        SslContext exact = byHostName.get(name);
        int dot = name.indexOf('.');
        SslContext wild = exact != null || dot < 0 ? exact : byHostName.get("*" + name.substring(dot));
        return wild == null ? first : wild;
    }
}
