package io.sluice.amqp.sasl;

import java.util.Optional;

/**
 * SCRAM's first message: {@code <n or y>,[a=<authzid>],n=<user>,r=<nonce>[,<extensions>]} (RFC 5802 §7).
 *
 * @param gs2Header up to and with the second comma; comes back in the client's final message
 * @param authorizeAs whom the client wants to act for; empty for itself
 * @param bare all behind the header, which both sides sign
 */
record ScramClientFirst(String gs2Header, String authorizeAs, String user, String nonce, String bare) {
    /** Empty for anything else, also for one that demands channel binding or an extension. */
    static Optional<ScramClientFirst> parse(String message) {
        String[] parts = message.split(",", -1);
        boolean inForm = parts.length >= 4
                && (parts[0].equals("n") || parts[0].equals("y"))
                && (parts[1].isEmpty() || parts[1].startsWith("a="))
                && parts[2].startsWith("n=")
                && parts[3].startsWith("r=")
                && ScramAttributes.isNonce(parts[3].substring(2));
        if (!inForm) {
            return Optional.empty();
        }
        Optional<String> user = ScramAttributes.name(parts[2].substring(2));
        Optional<String> authorizeAs =
                parts[1].isEmpty() ? Optional.of("") : ScramAttributes.name(parts[1].substring(2));
        if (user.isEmpty() || user.get().isEmpty() || authorizeAs.isEmpty()) {
            return Optional.empty();
        }
        String header = parts[0] + "," + parts[1] + ",";
        return Optional.of(new ScramClientFirst(
                header, authorizeAs.get(), user.get(), parts[3].substring(2), message.substring(header.length())));
    }

    boolean actsForItself() {
        return authorizeAs.isEmpty() || authorizeAs.equals(user);
    }
}
