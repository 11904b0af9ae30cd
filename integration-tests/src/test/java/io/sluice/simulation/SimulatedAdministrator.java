package io.sluice.simulation;

import io.sluice.broker.Divert;
import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.ExchangeDefinition;
import io.sluice.broker.NamePattern;
import io.sluice.broker.NodeKind;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.Subscription;
import io.sluice.broker.definitions.Policy;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Reply;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.DefinitionRecord.DivertDefined;
import io.sluice.broker.record.DefinitionRecord.DivertDeleted;
import io.sluice.broker.record.DefinitionRecord.PolicyDefined;
import io.sluice.broker.record.DefinitionRecord.PolicyDeleted;
import io.sluice.broker.record.DefinitionRecord.UserDefined;
import io.sluice.broker.record.DefinitionRecord.UserDeleted;
import io.sluice.broker.security.User;
import java.util.List;
import java.util.Optional;

/** Defines users, policies, diverts, exchanges and bindings, and takes them back: one thing at a time, the next when it was answered. */
final class SimulatedAdministrator extends SimulatedClient {
    static final List<String> KEYS = List.of("even", "odd");
    static final String BOUND = "bound";
    private static final Client NOBODY = () -> {};
    private static final int SOME = 3;

    private boolean asking;
    private boolean hasExchange;

    SimulatedAdministrator(Cluster cluster, String name) {
        super(cluster, name);
    }

    @Override
    void connected(Connection now) {}

    @Override
    void disconnected() {
        asking = false;
    }

    @Override
    void act(Connection now) {
        if (asking || isEnding()) {
            return;
        }
        asking = true;
        int dice = world.random.nextInt(12);
        boolean away = world.chance(40);
        int some = world.random.nextInt(SOME);
        if (!hasExchange) {
            exchange(now, History.EXCHANGE, ExchangeDefinition.Type.DIRECT, false);
        } else if (dice < 2) {
            user(now, "u" + some, away);
        } else if (dice < 4) {
            policy(now, "p" + some, away);
        } else if (dice < 6) {
            exchange(now, "x" + some, ExchangeDefinition.Type.FANOUT, away);
        } else if (dice < 9) {
            String queue = History.ROUTED.get(world.random.nextInt(History.ROUTED.size()));
            String key = KEYS.get(world.random.nextInt(KEYS.size()));
            bind(now, ExchangeBinding.toQueue(History.EXCHANGE, queue, key), away);
        } else if (dice < 11) {
            divert(now, "d" + some, away);
        } else {
            // It goes with that exchange: what becomes of it only the records know.
            now.toShard(mailbox -> mailbox.exchanges()
                    .bind(
                            ExchangeBinding.toExchange(History.EXCHANGE, "x" + some, KEYS.get(0)),
                            NOBODY,
                            answered(now, () -> {})));
        }
    }

    private void user(Connection now, String user, boolean away) {
        boolean local = world.random.nextBoolean();
        define(
                now,
                Defined.user(user),
                away ? "" : String.valueOf(local),
                away
                        ? new UserDeleted(user)
                        : new UserDefined(new User(user, Optional.empty(), local, Optional.empty())));
    }

    private void policy(Connection now, String policy, boolean away) {
        int order = world.random.nextInt(9);
        define(
                now,
                Defined.policy(policy),
                away ? "" : String.valueOf(order),
                away
                        ? new PolicyDeleted(policy)
                        : new PolicyDefined(new Policy(
                                policy,
                                order,
                                new NamePattern(policy + ".*"),
                                Policy.Kind.QUEUES,
                                true,
                                QueueDefinition.named("*"))));
    }

    private void divert(Connection now, String divert, boolean away) {
        String from = world.random.nextBoolean() ? History.PRIORITIES : "routed.*";
        define(
                now,
                Defined.divert(divert),
                away ? "" : from,
                away
                        ? new DivertDeleted(divert)
                        : new DivertDefined(new Divert(
                                divert,
                                NodeKind.QUEUE,
                                new NamePattern(from),
                                Subscription.Selection.ALL,
                                NodeKind.QUEUE,
                                History.COPIES,
                                false)));
    }

    private void define(Connection now, String what, String value, DefinitionRecord record) {
        cluster.history().defines(what, value);
        now.toShard(mailbox -> mailbox.define(are -> record, NOBODY, told(now, what, value)));
    }

    private void exchange(Connection now, String exchange, ExchangeDefinition.Type type, boolean away) {
        String what = Defined.exchange(exchange);
        String value = away ? "" : type.text();
        cluster.history().defines(what, value);
        if (away) {
            now.toShard(mailbox -> mailbox.exchanges().delete(exchange, false, NOBODY, told(now, what, value)));
        } else {
            now.toShard(mailbox -> mailbox.exchanges()
                    .declare(ExchangeDefinition.named(exchange, type), NOBODY, answered(now, () -> {
                        cluster.history().defined(what, value);
                        hasExchange = true;
                    })));
        }
    }

    private void bind(Connection now, ExchangeBinding binding, boolean away) {
        String what = Defined.binding(binding);
        String value = away ? "" : BOUND;
        cluster.history().defines(what, value);
        if (away) {
            now.toShard(mailbox -> mailbox.exchanges().unbind(binding, NOBODY, told(now, what, value)));
        } else {
            now.toShard(mailbox -> mailbox.exchanges().bind(binding, NOBODY, told(now, what, value)));
        }
    }

    private <T> Reply<T> told(Connection now, String what, String value) {
        return answered(now, () -> cluster.history().defined(what, value));
    }

    private <T> Reply<T> answered(Connection now, Runnable done) {
        return new Reply<>() {
            @Override
            public void done(T value) {
                done.run();
                now.toClient(() -> asking = false);
            }

            @Override
            public void refused(Refusal refusal) {
                now.toClient(() -> asking = false);
            }
        };
    }

    @Override
    boolean isDone() {
        return !asking;
    }
}
