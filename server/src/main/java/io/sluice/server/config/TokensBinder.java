package io.sluice.server.config;

import io.sluice.broker.security.Permissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Makes {@link Tokens} of their section. */
final class TokensBinder {
    private static final int MAX_MILLIS = 86_400_000;
    private static final int MIN_TIMEOUT_MILLIS = 100;
    private static final int MAX_SKEW_SECONDS = 3600;

    private TokensBinder() {}

    static Tokens bind(Section section) {
        Tokens defaults = Defaults.TOKENS;
        Tokens tokens = new Tokens(
                section.flag("cbs", defaults.cbs()),
                section.number("cbsTimeoutMillis", MIN_TIMEOUT_MILLIS, MAX_MILLIS, defaults.cbsTimeoutMillis()),
                sasKeys(section.sections("sasKeys").orElse(List.of())),
                jwt(section.section("jwt"), defaults.jwt()));
        if (tokens.cbs() && tokens.sasKeys().isEmpty() && !tokens.jwt().isOn()) {
            section.problem("cbs", "is true, but no token is taken: sasKeys and jwt.keysFile are empty");
        }
        if (!tokens.cbs() && !tokens.sasKeys().isEmpty()) {
            section.problem("sasKeys", "has some, which are for $cbs only: cbs is false");
        }
        section.end();
        return tokens;
    }

    private static List<Tokens.SasKey> sasKeys(List<Section> sections) {
        List<Tokens.SasKey> keys = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Section section : sections) {
            String name = ConfigurationBinder.required(section, "name");
            keys.add(new Tokens.SasKey(name, ConfigurationBinder.required(section, "key"), section.text("user", name)));
            if (section.has("name") && !names.add(name)) {
                section.problem("name", "is \"" + name + "\", which another key has already");
            }
            section.end();
        }
        return keys;
    }

    private static Tokens.Jwt jwt(Section section, Tokens.Jwt defaults) {
        Tokens.Jwt jwt = new Tokens.Jwt(
                section.textOrNone("keysFile", defaults.keysFile()),
                section.textOrNone("issuer", defaults.issuer()),
                section.textOrNone("audience", defaults.audience()),
                section.text("userClaim", defaults.userClaim()),
                section.text("scopeClaim", defaults.scopeClaim()),
                scopes(section.sections("scopes").orElse(List.of())),
                section.number("clockSkewSeconds", 0, MAX_SKEW_SECONDS, defaults.clockSkewSeconds()),
                section.number("reloadCheckMillis", 0, MAX_MILLIS, defaults.reloadCheckMillis()));
        try {
            jwt.scopes().stream().map(Tokens.Scope::permissions).reduce(Permissions.NONE, Permissions::or);
        } catch (IllegalArgumentException e) {
            section.problem("scopes", "is too much for who has all of them: " + e.getMessage());
        }
        // A key alone would let in what its issuer made for other services.
        for (String key : jwt.isOn() ? List.of("issuer", "audience") : List.<String>of()) {
            if ((key.equals("issuer") ? jwt.issuer() : jwt.audience()).isEmpty()) {
                section.problem(key, "is missing; with keysFile, tokens have to say it");
            }
        }
        section.end();
        return jwt;
    }

    private static List<Tokens.Scope> scopes(List<Section> sections) {
        List<Tokens.Scope> scopes = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Section section : sections) {
            String name = ConfigurationBinder.required(section, "name");
            if (!section.has("permissions")) {
                section.problem("permissions", "is missing");
            }
            scopes.add(new Tokens.Scope(
                    name, ConfigurationBinder.permissions(section).orElse(Permissions.NONE)));
            if (section.has("name") && !names.add(name)) {
                section.problem("name", "is \"" + name + "\", which another scope has already");
            }
            section.end();
        }
        return scopes;
    }
}
