package io.sluice.broker.record;

import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.ExchangeDefinition;
import java.util.Objects;

/** A change of exchanges and what is bound to them. Absolute: what a record says holds, whatever was before. */
public sealed interface ExchangeRecord extends JournalRecord {
    @Override
    default long queueId() {
        return NO_QUEUE;
    }

    @Override
    default void accept(RecordVisitor visitor) {
        visitor.exchange(this);
    }

    /** An exchange exists from here on. */
    record ExchangeDeclared(ExchangeDefinition exchange) implements ExchangeRecord {
        public ExchangeDeclared {
            Objects.requireNonNull(exchange, "exchange");
        }
    }

    /** There is no exchange of this name any more, and no binding from it or to it. */
    record ExchangeDeleted(String name) implements ExchangeRecord {
        public ExchangeDeleted {
            Objects.requireNonNull(name, "name");
        }
    }

    /** @param queueId of the destination, {@link #NO_QUEUE} where that is an exchange. With the queue the binding goes */
    record Bound(long queueId, ExchangeBinding binding) implements ExchangeRecord {
        public Bound {
            Objects.requireNonNull(binding, "binding");
        }
    }

    /** @param queueId as of {@link Bound} */
    record Unbound(long queueId, ExchangeBinding binding) implements ExchangeRecord {
        public Unbound {
            Objects.requireNonNull(binding, "binding");
        }
    }
}
