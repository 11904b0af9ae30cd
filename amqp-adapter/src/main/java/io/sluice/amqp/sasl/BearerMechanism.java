package io.sluice.amqp.sasl;

import io.sluice.broker.security.TokenGrant;
import io.sluice.broker.security.TokenRefusedException;
import java.util.Optional;

/**
 * OAUTHBEARER (RFC 7628), and XOAUTH2, which was there before: the peer sends a token and is its bearer. Why one is not taken comes as a challenge, in
 * JSON; the negotiation fails with whatever the peer answers to that (RFC 7628 §3.2.2).
 */
final class BearerMechanism implements SaslMechanism {
    private static final String SEPARATOR = "\u0001";
    private static final String AUTH = "auth=Bearer ";

    /** How the message of a mechanism begins, and how its errors are written. */
    enum Form {
        /** {@code n,[a=user],^Aauth=Bearer token^A^A}, with further pairs in between. */
        OAUTHBEARER {
            @Override
            Optional<String> user(String header) {
                String[] parts = header.split(",", -1);
                boolean inForm = parts.length == 3
                        && (parts[0].equals("n") || parts[0].equals("y"))
                        && (parts[1].isEmpty() || parts[1].startsWith("a="))
                        && parts[2].isEmpty();
                if (!inForm) {
                    return Optional.empty();
                }
                return parts[1].isEmpty() ? Optional.of("") : ScramAttributes.name(parts[1].substring(2));
            }

            @Override
            String problem(boolean malformed) {
                return "{\"status\":\"" + (malformed ? "invalid_request" : "invalid_token") + "\"}";
            }
        },
        /** {@code user=user^Aauth=Bearer token^A^A}. */
        XOAUTH2 {
            @Override
            Optional<String> user(String header) {
                return header.startsWith("user=") ? Optional.of(header.substring(5)) : Optional.empty();
            }

            @Override
            String problem(boolean malformed) {
                return "{\"status\":\"" + (malformed ? "400" : "401") + "\",\"schemes\":\"bearer\"}";
            }
        };

        /** Whom the peer names, "" for nobody; empty where the message does not begin so. */
        abstract Optional<String> user(String header);

        abstract String problem(boolean malformed);
    }

    private final Form form;
    private final TokenLogin login;

    BearerMechanism(Form form, TokenLogin login) {
        this.form = form;
        this.login = login;
    }

    @Override
    public String name() {
        return form.name();
    }

    @Override
    public boolean isForUsers() {
        return false;
    }

    @Override
    public Exchange begin() {
        return new Conversation();
    }

    private final class Conversation implements Exchange {
        private boolean asked;
        private String failure;

        @Override
        public Step next(Optional<byte[]> response) {
            if (failure != null) {
                return new Refused(failure);
            }
            if (response.isEmpty() && !asked) {
                asked = true;
                return new Challenge(new byte[0]);
            }
            try {
                TokenGrant grant =
                        verify(response.flatMap(ScramAttributes::text).orElse(""));
                return new Accepted(grant.who(), new byte[0], Optional.of(grant));
            } catch (TokenRefusedException e) {
                failure = e.getMessage();
                return new Challenge(ScramAttributes.bytes(form.problem(e.isMalformed())));
            }
        }

        private TokenGrant verify(String message) throws TokenRefusedException {
            String[] parts = message.split(SEPARATOR, -1);
            Optional<String> user = form.user(parts[0]);
            // Two separators are at the end.
            boolean inForm = user.isPresent()
                    && parts.length >= 4
                    && parts[parts.length - 1].isEmpty()
                    && parts[parts.length - 2].isEmpty();
            for (int i = 1; inForm && i < parts.length - 2; i++) {
                if (parts[i].regionMatches(true, 0, AUTH, 0, AUTH.length())) {
                    return login.verify(user.get(), parts[i].substring(AUTH.length()));
                }
            }
            throw TokenRefusedException.malformed("the response of " + name() + " is not of its form");
        }
    }
}
