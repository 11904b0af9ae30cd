package io.sluice.amqp.sasl;

import io.sluice.broker.port.Clock;
import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.Principal;
import io.sluice.broker.security.ScramHash;
import io.sluice.broker.security.TokenGrant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.engine.Sasl;
import org.apache.qpid.proton.engine.SaslListener;
import org.apache.qpid.proton.engine.Transport;

/**
 * The server's half of one connection's SASL negotiation (AMQP 1.0 §5.3). The connection's event loop only.
 *
 * <p>Every answer is given inside proton-j's call: a peer may send its open frame right behind, and proton-j would take that
 * for SASL as long as the outcome is not decided. For the same reason proton-j goes on to read the frames behind a <i>failed</i>
 * negotiation: after each {@code process()} ask {@link #failed()} before looking at any event, and let nothing but the outcome
 * out. Frames that are not a client's to send (mechanisms, challenge, outcome, empty ones) make {@code process()} throw.
 */
public final class SaslNegotiation implements SaslListener {
    /** More rounds than any mechanism needs. */
    private static final int MAX_ROUNDS = 8;

    private enum State {
        /** Nothing heard yet. */
        IDLE,
        UNDER_WAY,
        ACCEPTED,
        FAILED
    }

    private final Map<String, SaslMechanism> mechanisms = new LinkedHashMap<>();
    private final boolean anonymousAllowed;
    private final HostLogin login;
    private State state = State.IDLE;
    private SaslMechanism mechanism;
    private SaslMechanism.Exchange exchange;
    private int rounds;
    private Principal principal;
    private Optional<TokenGrant> token = Optional.empty();
    private String failure = "";

    /**
     * Offers what the peer may use, the strongest first: EXTERNAL, SCRAM, what takes tokens, PLAIN, ANONYMOUS.
     *
     * @param authenticator knows the users of the broker
     * @param hosts whose users may log in, too
     * @param clock wall clock, for tokens
     */
    public SaslNegotiation(Authenticator authenticator, LoginHosts hosts, PeerSecurity peer, Clock clock) {
        this(new HostLogin(authenticator, hosts), peer, clock);
    }

    private SaslNegotiation(HostLogin login, PeerSecurity peer, Clock clock) {
        this(offered(login, peer, clock), login.anonymousAllowed(peer.loopback()), login);
        login.asksFor(peer.serverName().orElse(""));
    }

    private static List<SaslMechanism> offered(HostLogin authenticator, PeerSecurity peer, Clock clock) {
        List<SaslMechanism> offered = new ArrayList<>();
        peer.certificateName().ifPresent(name -> offered.add(new ExternalMechanism(name, authenticator)));
        authenticator.scram().ifPresent(users -> {
            for (ScramHash hash : users.hashes()) {
                offered.add(new ScramMechanism(hash, users, peer.loopback()));
            }
        });
        boolean tokenAllowed = authenticator.tokenAllowed(peer.readable());
        Optional<TokenLogin> tokens = authenticator
                .tokens()
                .jwt()
                .filter(jwt -> tokenAllowed)
                .map(jwt -> new TokenLogin(jwt, clock, authenticator));
        tokens.ifPresent(login -> {
            offered.add(new BearerMechanism(BearerMechanism.Form.OAUTHBEARER, login));
            offered.add(new BearerMechanism(BearerMechanism.Form.XOAUTH2, login));
        });
        if (authenticator.plainAllowed(peer.readable())) {
            offered.add(new PlainMechanism(authenticator, peer.loopback(), tokens));
        }
        boolean anonymous = authenticator.anonymousAllowed(peer.loopback());
        boolean claims = tokenAllowed && authenticator.tokens().claims();
        if (claims) {
            offered.add(AnonymousMechanism.ofServiceBus());
        }
        if (anonymous || claims) {
            offered.add(AnonymousMechanism.anonymous(!anonymous));
        }
        return offered;
    }

    /**
     * @param offered in the order they are offered, the strongest first
     * @param anonymousAllowed whether the peer may leave SASL out altogether
     * @param login hears which virtual host the peer asks for
     */
    SaslNegotiation(List<SaslMechanism> offered, boolean anonymousAllowed, HostLogin login) {
        this.login = login;
        offered.forEach(mechanism -> mechanisms.put(mechanism.name(), mechanism));
        this.anonymousAllowed = anonymousAllowed;
    }

    /** Sets a new transport up as the server of this negotiation. Before it is bound. */
    public void start(Sasl sasl) {
        sasl.server();
        sasl.setMechanisms(mechanisms());
        sasl.allowSkip(anonymousAllowed);
        sasl.setListener(this);
    }

    /** The names of what is offered. */
    public String[] mechanisms() {
        return mechanisms.keySet().toArray(new String[0]);
    }

    /** Whether a peer may begin with AMQP's own header: it is anonymous then (§5.3.1). */
    public boolean anonymousAllowed() {
        return anonymousAllowed;
    }

    /**
     * Who the peer is, to be asked once it opens its connection: whom the negotiation found, or anonymous where it left SASL out
     * and may. Empty: it has no business here.
     */
    public Optional<Principal> principal() {
        if (state == State.IDLE && anonymousAllowed) {
            return Optional.of(Principal.ANONYMOUS);
        }
        return state == State.ACCEPTED ? Optional.of(principal) : Optional.empty();
    }

    /** The token the peer logged in with; empty where it has shown another proof. */
    public Optional<TokenGrant> token() {
        return state == State.ACCEPTED ? token : Optional.empty();
    }

    /** Whether the peer may do nothing but put tokens to {@code $cbs}, until one is good. */
    public boolean isForClaims() {
        return state == State.ACCEPTED && mechanism.isForClaims();
    }

    /** Whether a user whose password was right has not been removed meanwhile. */
    public boolean isStillKnown() {
        return state != State.ACCEPTED || !mechanism.isForUsers() || token.isPresent() || login.knows(principal);
    }

    /** The hostname by which the peer has asked for a virtual host as it logged in; empty: for none. */
    public Optional<String> virtualHost() {
        return login.hostname();
    }

    /** Why the negotiation failed, for the log; "" where there is nothing to say. */
    public String failure() {
        return failure;
    }

    /** The outcome is {@code auth}: send it and close, whatever else the peer sent. */
    public boolean failed() {
        return state == State.FAILED;
    }

    @Override
    public void onSaslInit(Sasl sasl, Transport transport) {
        String[] chosen = sasl.getRemoteMechanisms();
        mechanism = chosen.length == 1 ? mechanisms.get(chosen[0]) : null;
        if (state != State.IDLE || mechanism == null) {
            refuse(sasl);
            return;
        }
        state = State.UNDER_WAY;
        login.asksFor(sasl.getHostname());
        exchange = mechanism.begin();
        advance(sasl);
    }

    @Override
    public void onSaslResponse(Sasl sasl, Transport transport) {
        if (state == State.UNDER_WAY && ++rounds <= MAX_ROUNDS) {
            advance(sasl);
        } else {
            refuse(sasl);
        }
    }

    private void advance(Sasl sasl) {
        SaslMechanism.Step step = exchange.next(received(sasl));
        if (step instanceof SaslMechanism.Challenge) {
            byte[] challenge = ((SaslMechanism.Challenge) step).bytes();
            sasl.send(challenge, 0, challenge.length);
        } else if (step instanceof SaslMechanism.Accepted) {
            accept(sasl, (SaslMechanism.Accepted) step);
        } else {
            failure = ((SaslMechanism.Refused) step).why();
            refuse(sasl);
        }
    }

    private void accept(Sasl sasl, SaslMechanism.Accepted accepted) {
        state = State.ACCEPTED;
        principal = accepted.principal();
        token = accepted.token();
        byte[] last = accepted.additionalData();
        if (last.length > 0) {
            sasl.send(last, 0, last.length);
        }
        sasl.done(Sasl.SaslOutcome.PN_SASL_OK);
    }

    private void refuse(Sasl sasl) {
        state = State.FAILED;
        principal = null;
        sasl.done(Sasl.SaslOutcome.PN_SASL_AUTH);
    }

    /** proton-j forgets an empty response only when asked for it, and says -1 where there was none. */
    private static Optional<byte[]> received(Sasl sasl) {
        byte[] bytes = new byte[sasl.pending()];
        return sasl.recv(bytes, 0, bytes.length) < 0 ? Optional.empty() : Optional.of(bytes);
    }

    // A server is sent none of these: proton-j throws before it would call them.

    @Override
    public void onSaslMechanisms(Sasl sasl, Transport transport) {
        refuse(sasl);
    }

    @Override
    public void onSaslChallenge(Sasl sasl, Transport transport) {
        refuse(sasl);
    }

    @Override
    public void onSaslOutcome(Sasl sasl, Transport transport) {
        refuse(sasl);
    }
}
