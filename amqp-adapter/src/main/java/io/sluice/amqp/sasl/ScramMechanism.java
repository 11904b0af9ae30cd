package io.sluice.amqp.sasl;

import io.sluice.broker.security.ScramHash;
import io.sluice.broker.security.ScramUsers;
import java.util.Optional;

/**
 * SCRAM (RFC 5802, RFC 7677): peer and broker prove to each other that they know the password, which itself is not sent. Without
 * channel binding, which is not offered. A wrong user and a wrong password are the same to the peer, in what it is asked and in the
 * end.
 */
final class ScramMechanism implements SaslMechanism {
    private final ScramHash hash;
    private final ScramUsers users;
    private final boolean loopback;

    ScramMechanism(ScramHash hash, ScramUsers users, boolean loopback) {
        this.hash = hash;
        this.users = users;
        this.loopback = loopback;
    }

    @Override
    public String name() {
        return hash.mechanism();
    }

    @Override
    public Exchange begin() {
        return new Conversation();
    }

    private final class Conversation implements Exchange {
        private boolean asked;
        private ScramClientFirst first;
        private String serverFirst;
        private String nonce;
        private ScramUsers.Login login;

        @Override
        public Step next(Optional<byte[]> response) {
            if (response.isEmpty() && !asked) {
                asked = true;
                return new Challenge(new byte[0]);
            }
            Optional<String> text = response.flatMap(ScramAttributes::text);
            if (text.isEmpty()) {
                return Refused.REFUSED;
            }
            return first == null ? challenge(text.get()) : verify(text.get());
        }

        private Step challenge(String message) {
            Optional<ScramClientFirst> parsed = ScramClientFirst.parse(message);
            if (parsed.isEmpty() || !parsed.get().actsForItself()) {
                return Refused.REFUSED;
            }
            first = parsed.get();
            login = users.login(hash, first.user(), loopback);
            nonce = first.nonce() + users.nonce();
            serverFirst = "r=" + nonce + ",s="
                    + ScramAttributes.base64(login.password().salt()) + ",i="
                    + login.password().iterations();
            return new Challenge(ScramAttributes.bytes(serverFirst));
        }

        /** {@code c=<binding>,r=<nonce>[,<extensions>],p=<proof>}. */
        private Step verify(String message) {
            int proofAt = message.lastIndexOf(",p=");
            String withoutProof = proofAt < 0 ? "" : message.substring(0, proofAt);
            String expected = "c=" + ScramAttributes.base64(ScramAttributes.bytes(first.gs2Header())) + ",r=" + nonce;
            Optional<byte[]> proof =
                    proofAt < 0 ? Optional.empty() : ScramAttributes.base64(message.substring(proofAt + 3));
            boolean inForm = withoutProof.equals(expected) || withoutProof.startsWith(expected + ",");
            if (!inForm || proof.isEmpty()) {
                return Refused.REFUSED;
            }
            byte[] said = ScramAttributes.bytes(first.bare() + "," + serverFirst + "," + withoutProof);
            boolean proven = login.password().proves(proof.get(), said);
            if (!proven || login.principal().isEmpty()) {
                return Refused.REFUSED;
            }
            String last = "v=" + ScramAttributes.base64(login.password().serverSignature(said));
            return new Accepted(login.principal().get(), ScramAttributes.bytes(last));
        }
    }
}
