package io.sluice.amqp.servicebus;

import io.sluice.broker.Refusal;
import io.sluice.broker.port.Reply;
import io.sluice.broker.security.Permissions.Action;
import io.sluice.broker.shard.OwnSession;
import io.sluice.broker.shard.SessionMailbox;
import java.util.Collections;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.qpid.proton.amqp.Binary;

/**
 * What is asked of one session, {@code session-id}, by the connection that has it: {@code renew-session-lock} (answered with
 * {@code expiration}, a timestamp), {@code set-session-state} and {@code get-session-state} ({@code session-state}, a binary or null).
 */
final class SessionOperation implements EntityOperation {
    private static final String STATE = "session-state";

    private final Asker asker;
    private final String name;
    private final Asking asking;

    private interface Asking {
        void ask(Asked asked) throws EntityException;
    }

    private record Asked(
            EntityRequest request, OwnSession session, SessionMailbox shard, EntityAnswer answer, Asker asker) {
        /** @param body of the answer, when it is done */
        private <T> Reply<T> then(Function<T, Map<String, ?>> body) {
            return asker.reply(answer, done -> answer.ok(body.apply(done)));
        }
    }

    private SessionOperation(Asker asker, String name, Asking asking) {
        this.asker = asker;
        this.name = name;
        this.asking = asking;
    }

    static SessionOperation renew(Asker asker) {
        return new SessionOperation(
                asker,
                "renew-session-lock",
                asked -> asked.shard.renew(
                        asked.session, asked.then(endsAtMillis -> Map.of("expiration", new Date(endsAtMillis)))));
    }

    static SessionOperation setState(Asker asker) {
        return new SessionOperation(
                asker,
                "set-session-state",
                asked -> asked.shard.keep(asked.session, state(asked.request), asked.then(kept -> Map.of())));
    }

    static SessionOperation getState(Asker asker) {
        return new SessionOperation(
                asker,
                "get-session-state",
                asked -> asked.shard.state(
                        asked.session,
                        asked.then(kept -> Collections.singletonMap(
                                STATE,
                                kept.map(state -> new Binary(state.bytes())).orElse(null)))));
    }

    private static Optional<byte[]> state(EntityRequest request) throws EntityException {
        Object state = request.body().get(STATE);
        if (state != null && !(state instanceof Binary)) {
            throw request.wrong(STATE, "a binary or null");
        }
        return Optional.ofNullable((Binary) state).map(binary -> {
            byte[] bytes = new byte[binary.getLength()];
            binary.asByteBuffer().get(bytes);
            return bytes;
        });
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Action action() {
        return Action.RECEIVE;
    }

    @Override
    public void run(EntityRequest request, Entity entity, EntityAnswer answer) throws EntityException {
        if (entity.deadLetters()) {
            throw noSessions();
        }
        OwnSession session = new OwnSession(
                entity.name(), request.needText("session-id"), asker.receivers().get(), asker.thread());
        asking.ask(new Asked(request, session, asker.shard(entity.name()).sessions(), answer, asker));
    }

    static EntityException noSessions() {
        return EntityException.of(Refusal.of(Refusal.Kind.NOT_ALLOWED, "dead letters have no sessions"));
    }
}
