package io.sluice.broker;

import io.sluice.broker.Subscription.Selection;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/** What is to become of a subscription's selection, decided from what it is. The shard's thread: quick, and throws nothing. */
@FunctionalInterface
public interface SelectionChange {
    Change of(Selection is);

    /**
     * @param selection as it is to be; the same changes nothing
     * @param filter the selection, compiled; empty: every message passes
     * @param refusal why it stays as it is; empty where it does not
     */
    record Change(Selection selection, Optional<Predicate<Message>> filter, Optional<Refusal> refusal) {
        public Change {
            Objects.requireNonNull(selection, "selection");
            Objects.requireNonNull(filter, "filter");
            Objects.requireNonNull(refusal, "refusal");
        }

        public static Change refused(Selection is, Refusal why) {
            return new Change(is, Optional.empty(), Optional.of(why));
        }
    }
}
