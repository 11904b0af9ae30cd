package io.sluice.broker;

import java.util.Optional;

/** What a consumer says of a delivery (AMQP 1.0 §3.4); the broker's defaults for each are in docs/protocol.md. */
public sealed interface Outcome
        permits Outcome.Accepted,
                Outcome.Released,
                Outcome.Rejected,
                Outcome.Modified,
                Outcome.Damaged,
                Outcome.Unsent {
    Outcome ACCEPTED = new Accepted();
    Outcome RELEASED = new Released();
    Outcome UNSENT = new Unsent();
    Outcome FAILED = new Modified(true, false, Annotations.EMPTY);

    /** Done with: the message leaves the queue for good. */
    record Accepted() implements Outcome {}

    /**
     * No consumer's word: the front end found that the body of a large message is missing or changed. What is left of it, the
     * sections in front of the body, goes to the dead-letter queue; it is never given to a consumer as if it were whole.
     */
    record Damaged() implements Outcome {}

    /**
     * Not touched: back to its own place, its failed-delivery count unchanged. It counts as an acquisition where the queue limits
     * these.
     */
    record Released() implements Outcome {}

    /** No consumer's word: the front end never sent it. As if it had not been given; it counts nowhere. */
    record Unsent() implements Outcome {}

    /**
     * The message is invalid: it goes to the dead-letter queue with this as the reason, or is dropped where there is none.
     *
     * @param condition the consumer's error condition, "" when it gave none
     * @param description its text, "" when it gave none
     * @param info what else it said, an AMQP map; empty when it said nothing else
     * @param annotations merged into the message's
     */
    record Rejected(String condition, String description, Optional<Annotations.Value> info, Annotations annotations)
            implements Outcome {
        public Rejected(String condition, String description, Optional<Annotations.Value> info) {
            this(condition, description, info, Annotations.EMPTY);
        }

        public Rejected(String condition, String description) {
            this(condition, description, Optional.empty());
        }
    }

    /**
     * Back to its own place, changed.
     *
     * @param deliveryFailed counts towards the maximum number of deliveries
     * @param undeliverableHere not offered to this consumer again
     * @param annotations merged into the message's
     * @param schedule when the consumer wants it to be delivered again; {@link Schedule#AT_ONCE} where it says nothing, and
     *     {@link Schedule#PARKED} where it wants to come back for it
     */
    record Modified(boolean deliveryFailed, boolean undeliverableHere, Annotations annotations, Schedule schedule)
            implements Outcome {
        /** Of a consumer that leaves it to the queue when. */
        public Modified(boolean deliveryFailed, boolean undeliverableHere, Annotations annotations) {
            this(deliveryFailed, undeliverableHere, annotations, Schedule.AT_ONCE);
        }
    }
}
