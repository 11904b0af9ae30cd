package io.sluice.broker.record;

import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.ExchangeDefinition;
import io.sluice.broker.record.ExchangeRecord.Bound;
import io.sluice.broker.record.ExchangeRecord.ExchangeDeclared;
import io.sluice.broker.record.ExchangeRecord.ExchangeDeleted;
import io.sluice.broker.record.ExchangeRecord.Unbound;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What remains of records about exchanges: those there are, and what is bound. One thread. */
public final class ExchangeRecords {
    private final Map<String, ExchangeDeclared> exchanges = new TreeMap<>();
    private final Map<ExchangeBinding, Bound> bindings = new LinkedHashMap<>();

    public void apply(ExchangeRecord record) {
        if (record instanceof ExchangeDeclared declared) {
            exchanges.put(declared.exchange().name(), declared);
        } else if (record instanceof ExchangeDeleted deleted) {
            exchanges.remove(deleted.name());
            bindings.keySet().removeIf(binding -> isOf(binding, deleted.name()));
        } else if (record instanceof Bound bound) {
            bindings.put(bound.binding(), bound);
        } else if (record instanceof Unbound unbound) {
            bindings.remove(unbound.binding());
        }
    }

    private static boolean isOf(ExchangeBinding binding, String exchange) {
        return binding.source().equals(exchange)
                || (binding.kind() == io.sluice.broker.NodeKind.EXCHANGE
                        && Objects.equals(binding.destination(), exchange));
    }

    /** The queue is gone, and what is bound to it. */
    public void forget(long queueId) {
        if (!bindings.isEmpty()) {
            bindings.values().removeIf(bound -> bound.queueId() == queueId);
        }
    }

    /** Records that make these exchanges out of none: each before what is bound to it. */
    public List<ExchangeRecord> all() {
        List<ExchangeRecord> all = new ArrayList<>(exchanges.values());
        all.addAll(bindings.values());
        return all;
    }

    public List<ExchangeDefinition> exchanges() {
        return exchanges.values().stream().map(ExchangeDeclared::exchange).toList();
    }
}
