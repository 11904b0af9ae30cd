package io.sluice.server;

import io.sluice.amqp.token.SasKeys;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.security.AcceptedTokens;
import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.HostUsers;
import io.sluice.broker.security.Principal;
import io.sluice.broker.security.StoredPassword;
import io.sluice.broker.security.TokenVerifier;
import io.sluice.broker.security.User;
import io.sluice.broker.security.Users;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.Tokens;
import io.sluice.server.config.VirtualHost;
import io.sluice.server.tokens.JwtVerifier;
import io.sluice.server.tokens.TokenKeysException;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The section {@code security} of the configuration, and {@code accounts} of virtual hosts, in the broker's terms. */
final class Credentials {
    private static final Logger LOG = LoggerFactory.getLogger(Credentials.class);

    private Credentials() {}

    /** Users of the file, by name. */
    static Map<String, User> users(Configuration.Security security) {
        Map<String, User> users = new HashMap<>();
        for (Configuration.User user : security.users()) {
            users.put(
                    user.name(),
                    new User(
                            user.name(),
                            user.password().map(StoredPassword::parse),
                            user.loopbackOnly(),
                            user.permissions()));
        }
        return users;
    }

    /** @throws StartFailure the keys for tokens cannot be used */
    static void check(Configuration.Security security) throws StartFailure {
        try {
            if (security.tokens().jwt().isOn()) {
                verifier(security.tokens().jwt());
            }
        } catch (TokenKeysException e) {
            throw new StartFailure(ExitCode.CONFIGURATION, "Tokens cannot be taken: " + e.getMessage(), e);
        }
    }

    private static TokenVerifier verifier(Tokens.Jwt settings) throws TokenKeysException {
        return new JwtVerifier(settings, ForkJoinPool.commonPool());
    }

    /** The file was good at the start; when it is not any more, as a node begins again, its tokens are refused. */
    private static Optional<TokenVerifier> jwt(Tokens.Jwt settings) {
        if (!settings.isOn()) {
            return Optional.empty();
        }
        try {
            return Optional.of(verifier(settings));
        } catch (TokenKeysException e) {
            LOG.error("JSON Web Tokens are not taken: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static AcceptedTokens tokens(Tokens tokens) {
        Map<String, SasKeys.Key> keys = new HashMap<>();
        tokens.sasKeys().forEach(key -> keys.put(key.name(), new SasKeys.Key(key.key(), key.user())));
        return new AcceptedTokens(
                jwt(tokens.jwt()),
                keys.isEmpty() ? Optional.empty() : Optional.of(new SasKeys(keys)),
                tokens.cbs(),
                tokens.cbsTimeoutMillis());
    }

    /** Users of a virtual host. @param own what stands of users there. @param broker users of the default host */
    static HostUsers of(VirtualHost host, Authenticator own, Authenticator broker) {
        return new HostUsers(host.name(), own, broker, new SecureRandom());
    }

    /** Who may open it. */
    static Predicate<Principal> admission(VirtualHost host, HostUsers users) {
        return who -> users.admits(who) || (who.virtualHost().isEmpty() && host.admits(who.name()));
    }

    /** @param defined users beside those of the file, as they are now: the same object until that changes. Any thread */
    static Authenticator of(Configuration.Security security, Supplier<Definitions> defined) {
        Map<String, User> fixed = users(security);
        defined.get().users().keySet().stream()
                .filter(fixed::containsKey)
                .sorted()
                .forEach(name -> LOG.warn(
                        "User '{}' is defined in the journal, too: as the file has it counts. To end this warning, remove"
                                + " it with 'sluice user remove {}'",
                        name,
                        name));
        return new Users(
                fixed,
                () -> defined.get().users(),
                new Users.Policy(
                        security.anonymous(), security.plain(), security.scramSha1(), tokens(security.tokens())),
                new SecureRandom());
    }
}
