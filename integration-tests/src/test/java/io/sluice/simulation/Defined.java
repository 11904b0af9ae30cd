package io.sluice.simulation;

import io.sluice.broker.Divert;
import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.ExchangeDefinition;
import io.sluice.broker.ExchangeStatus;
import io.sluice.broker.NodeKind;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.definitions.Policy;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.DefinitionRecord.DivertDefined;
import io.sluice.broker.record.DefinitionRecord.DivertDeleted;
import io.sluice.broker.record.DefinitionRecord.PolicyDefined;
import io.sluice.broker.record.DefinitionRecord.PolicyDeleted;
import io.sluice.broker.record.DefinitionRecord.UserDefined;
import io.sluice.broker.record.DefinitionRecord.UserDeleted;
import io.sluice.broker.record.ExchangeRecord;
import io.sluice.broker.record.ExchangeRecord.Bound;
import io.sluice.broker.record.ExchangeRecord.ExchangeDeclared;
import io.sluice.broker.record.ExchangeRecord.ExchangeDeleted;
import io.sluice.broker.record.ExchangeRecord.Unbound;
import io.sluice.broker.security.User;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** Users, policies, diverts, exchanges and bindings: those of a member as it shows them, or those that records make. */
final class Defined {
    private final TreeMap<String, String> definitions = new TreeMap<>();
    private final TreeMap<String, String> exchanges = new TreeMap<>();
    private final Set<ExchangeBinding> bindings = new HashSet<>();

    static String user(String name) {
        return "user " + name;
    }

    static String policy(String name) {
        return "policy " + name;
    }

    static String divert(String name) {
        return "divert " + name;
    }

    static String exchange(String name) {
        return "exchange " + name;
    }

    static String binding(ExchangeBinding binding) {
        return "binding " + binding.source() + " > " + binding.destination() + " by " + binding.key();
    }

    // ---- as shown

    void show(Definitions all) {
        all.users().values().forEach(this::show);
        all.policies().forEach(this::show);
        all.diverts().forEach(this::show);
    }

    private void show(User user) {
        definitions.put(user(user.name()), String.valueOf(user.loopbackOnly()));
    }

    private void show(Policy policy) {
        definitions.put(policy(policy.name()), String.valueOf(policy.order()));
    }

    private void show(Divert divert) {
        definitions.put(divert(divert.name()), divert.pattern().text());
    }

    void showExchanges(List<ExchangeStatus> all) {
        all.forEach(exchange -> show(exchange.definition()));
    }

    private void show(ExchangeDefinition exchange) {
        if (!ExchangeDefinition.isReserved(exchange.name())) {
            exchanges.put(exchange(exchange.name()), exchange.type().text());
        }
    }

    void showBindings(List<ExchangeBinding> all) {
        bindings.addAll(all);
    }

    // ---- as recorded

    void apply(DefinitionRecord record) {
        if (record instanceof UserDefined defined) {
            show(defined.user());
        } else if (record instanceof UserDeleted deleted) {
            definitions.remove(user(deleted.name()));
        } else if (record instanceof PolicyDefined defined) {
            show(defined.policy());
        } else if (record instanceof PolicyDeleted deleted) {
            definitions.remove(policy(deleted.name()));
        } else if (record instanceof DivertDefined defined) {
            show(defined.divert());
        } else if (record instanceof DivertDeleted deleted) {
            definitions.remove(divert(deleted.name()));
        }
    }

    void apply(ExchangeRecord record) {
        if (record instanceof ExchangeDeclared declared) {
            show(declared.exchange());
        } else if (record instanceof ExchangeDeleted deleted) {
            exchanges.remove(exchange(deleted.name()));
            bindings.removeIf(binding -> binding.source().equals(deleted.name())
                    || binding.kind() == NodeKind.EXCHANGE
                            && binding.destination().equals(deleted.name()));
        } else if (record instanceof Bound bound) {
            bindings.add(bound.binding());
        } else if (record instanceof Unbound unbound) {
            bindings.remove(unbound.binding());
        }
    }

    // ----

    String definitions() {
        return definitions.toString();
    }

    String exchanges() {
        TreeMap<String, String> all = new TreeMap<>(exchanges);
        bindings.forEach(binding -> all.put(binding(binding), SimulatedAdministrator.BOUND));
        return all.toString();
    }

    /** @return "" where there is nothing of this name */
    String value(String what) {
        boolean bound = bindings.stream().anyMatch(binding -> binding(binding).equals(what));
        return bound ? SimulatedAdministrator.BOUND : definitions.getOrDefault(what, exchanges.getOrDefault(what, ""));
    }

    @Override
    public String toString() {
        return definitions() + exchanges();
    }
}
