package io.sluice.amqp.netty;

import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/** Which part of a client's certificate is the user's name. */
public enum CertificateUser {
    /** The subject's CN; the last one, where there are several. */
    COMMON_NAME {
        @Override
        Optional<String> of(X509Certificate certificate) {
            try {
                // Begins with what comes last in the text.
                for (Rdn part : new LdapName(DISTINGUISHED_NAME.of(certificate).orElse("")).getRdns()) {
                    if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String name) {
                        return Optional.of(name).filter(text -> !text.isBlank());
                    }
                }
                return Optional.empty();
            } catch (InvalidNameException e) {
                return Optional.empty();
            }
        }
    },
    /** The whole subject, as RFC 2253 writes it: {@code CN=anna,OU=sales,O=Example}. */
    DISTINGUISHED_NAME {
        @Override
        Optional<String> of(X509Certificate certificate) {
            String name = certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
            return Optional.of(name).filter(text -> !text.isEmpty());
        }
    };

    /** Empty where the certificate does not say. */
    abstract Optional<String> of(X509Certificate certificate);
}
