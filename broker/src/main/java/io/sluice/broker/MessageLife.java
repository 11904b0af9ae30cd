package io.sluice.broker;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Objects;
import java.util.Optional;

/**
 * What a queue does with its messages beside giving them out in order.
 *
 * @param backoff how long a message waits that came back
 * @param maxAcquisitions deliveries that came back, for whatever reason, after which a message is undeliverable; 1 or more, 0 for no
 *     maximum
 * @param undeliverableMillis how long a message that every attached consumer has said is undeliverable here waits for another
 *     consumer before it is a dead letter; 0: not at all
 * @param lastValue whether a message takes the place of the one before it of the same key
 * @param stamped whether messages go out with annotations that say where they stand: {@code x-opt-sequence-number} and
 *     {@code x-opt-enqueued-time}
 * @param acknowledgedQueue where a message goes that its consumer has accepted; empty, or the queue itself: nowhere
 * @param forward where a message goes that comes in, in the same batch; empty: it stays
 */
@RecordBuilder
public record MessageLife(
        Backoff backoff,
        int maxAcquisitions,
        long undeliverableMillis,
        LastValue lastValue,
        boolean stamped,
        Optional<String> acknowledgedQueue,
        Optional<Forward> forward)
        implements MessageLifeBuilder.With {
    public static final MessageLife PLAIN =
            new MessageLife(Backoff.NONE, 0, 0, LastValue.OFF, false, Optional.empty(), Optional.empty());

    public MessageLife {
        Objects.requireNonNull(backoff, "backoff");
        Objects.requireNonNull(lastValue, "lastValue");
        Objects.requireNonNull(forward, "forward");
        if (maxAcquisitions < 0) {
            throw new IllegalArgumentException("maxAcquisitions is 0 or more, not " + maxAcquisitions);
        }
        if (undeliverableMillis < 0) {
            throw new IllegalArgumentException("undeliverableMillis is 0 or more, not " + undeliverableMillis);
        }
        // The broker will declare it one day; then it is too late to say that it cannot.
        if (!acknowledgedQueue.map(QueueDefinition::isName).orElse(true)) {
            throw new IllegalArgumentException("not a queue name: '" + acknowledgedQueue.get() + "'");
        }
    }

    /** How the wait grows with each failed delivery. */
    public enum Growth {
        /** Nobody waits. */
        NONE,
        /** Always the same. */
        FIXED,
        /** The first wait times the number of failed deliveries. */
        LINEAR,
        /** Each wait is the one before it times the multiplier. */
        EXPONENTIAL
    }

    /** Which of the messages that come back wait. */
    public enum Waits {
        /** Those whose delivery has failed. */
        FAILED,
        /** Those that came back otherwise: released, modified without delivery-failed, or left behind by a consumer that went. */
        RETURNED,
        ALL;

        boolean includes(boolean failed) {
            return this == ALL || failed == (this == FAILED);
        }
    }

    /**
     * How long a message waits for its next delivery when it has come back. It keeps its place and takes it when its time has come.
     *
     * @param delayMillis the first wait, 1 to {@link #MAX_MILLIS}; 0 where nobody waits
     * @param multiplierPercent of an exponential growth, 100 to 10,000: 200 doubles; else 100
     * @param maxDelayMillis the longest wait, {@code delayMillis} or more; 0 where nobody waits
     * @param jitterPercent by how much a wait may be shorter, so that what failed together does not come back together; 0 to 100.
     *     How much shorter it is goes by queue, message and count, and is the same each time that is asked
     * @param who waits
     */
    public record Backoff(
            Growth growth, long delayMillis, int multiplierPercent, long maxDelayMillis, int jitterPercent, Waits who) {
        public static final Backoff NONE = new Backoff(Growth.NONE, 0, 100, 0, 0);
        /** Where nobody says more than how it grows: a second, doubled where it is exponential, up to five minutes. */
        public static final Backoff DEFAULT = new Backoff(Growth.EXPONENTIAL, 1_000, 200, 300_000, 20);
        /** A hundred years: beyond that nobody means it, and sums stay sums. */
        public static final long MAX_MILLIS = 100L * 365 * 86_400_000;

        public static final int MAX_MULTIPLIER_PERCENT = 10_000;

        /** Of those whose delivery has failed. */
        public Backoff(Growth growth, long delayMillis, int multiplierPercent, long maxDelayMillis, int jitterPercent) {
            this(growth, delayMillis, multiplierPercent, maxDelayMillis, jitterPercent, Waits.FAILED);
        }

        public Backoff {
            Objects.requireNonNull(who, "who");
            Objects.requireNonNull(growth, "growth");
            boolean none = growth == Growth.NONE;
            if (none ? delayMillis != 0 || maxDelayMillis != 0 : delayMillis < 1 || delayMillis > MAX_MILLIS) {
                throw new IllegalArgumentException("a first wait has 1 to " + MAX_MILLIS + " ms, not " + delayMillis);
            }
            if (maxDelayMillis < delayMillis || maxDelayMillis > MAX_MILLIS) {
                throw new IllegalArgumentException("the longest wait has " + delayMillis + " (the first) to "
                        + MAX_MILLIS + " ms, not " + maxDelayMillis);
            }
            if (multiplierPercent < 100 || multiplierPercent > MAX_MULTIPLIER_PERCENT) {
                throw new IllegalArgumentException(
                        "a multiplier has 100 to " + MAX_MULTIPLIER_PERCENT + " percent, not " + multiplierPercent);
            }
            if (jitterPercent < 0 || jitterPercent > 100) {
                throw new IllegalArgumentException("jitter has 0 to 100 percent, not " + jitterPercent);
            }
        }

        /** Each wait is as long as the first. */
        public static Backoff fixed(long delayMillis) {
            return new Backoff(Growth.FIXED, delayMillis, 100, delayMillis, 0);
        }

        public Backoff of(Waits newWho) {
            return new Backoff(growth, delayMillis, multiplierPercent, maxDelayMillis, jitterPercent, newWho);
        }

        /** Whether a message waits that has come back. @param failed because its delivery has failed */
        public boolean holds(boolean failed) {
            return growth != Growth.NONE && who.includes(failed);
        }

        /**
         * @param failures of the message so far; one that has come back without any waits as after the first
         * @param queueId with {@code sequence} what the jitter goes by
         * @return the wait before its next delivery where it {@link #holds} it, else 0
         */
        public long waitMillis(boolean failed, int failures, long queueId, long sequence) {
            return holds(failed) ? waitMillis(Math.max(1, failures), queueId, sequence) : 0;
        }

        /**
         * @param failures of the message so far, 1 or more
         * @param queueId with {@code sequence} what the jitter goes by
         * @return the wait before its next delivery, 0 where there is none
         */
        public long waitMillis(int failures, long queueId, long sequence) {
            if (growth == Growth.NONE || failures < 1) {
                return 0;
            }
            long wait = Math.min(maxDelayMillis, grown(failures));
            long jitter = wait * jitterPercent / 100;
            return jitter == 0 ? wait : wait - Math.floorMod(mixed(queueId, sequence, failures), jitter + 1);
        }

        private long grown(int failures) {
            return switch (growth) {
                case NONE -> 0;
                case FIXED -> delayMillis;
                case LINEAR -> failures > maxDelayMillis / delayMillis ? maxDelayMillis : delayMillis * failures;
                case EXPONENTIAL -> {
                    // A double says "more than the maximum" where a long would run over.
                    double grown = delayMillis * Math.pow(multiplierPercent / 100.0, failures - 1);
                    yield grown >= maxDelayMillis ? maxDelayMillis : Math.round(grown);
                }
            };
        }

        /** SplitMix64's last step (Steele, Lea, Flood 2014) over the three: neighbours come out far from each other. */
        private static long mixed(long queueId, long sequence, int failures) {
            long mixed = queueId * 0x9E3779B97F4A7C15L + sequence * 0xBF58476D1CE4E5B9L + failures;
            mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
            mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
            return mixed ^ mixed >>> 31;
        }
    }

    /**
     * A message with a key replaces the one before it in the queue that has the same; one without is a message as any other. So is one
     * that the broker itself moves here.
     *
     * @param maxKeys most keys at a time, 1 to {@link #MAX_KEYS}; a message with one more is refused. 0: nothing is replaced
     * @param property the application property that is the key, 1 to 255 characters; "" where nothing is replaced
     */
    public record LastValue(int maxKeys, String property) {
        public static final int MAX_KEYS = 1_000_000;
        public static final int MAX_PROPERTY_LENGTH = 255;
        public static final LastValue OFF = new LastValue(0, "");
        /** Where nobody says more than that it is wanted: by the property that Artemis' clients use. */
        public static final LastValue ON = new LastValue(100_000, "_AMQ_LVQ_NAME");

        public LastValue {
            if (maxKeys < 0 || maxKeys > MAX_KEYS) {
                throw new IllegalArgumentException("a queue has 1 to " + MAX_KEYS + " keys, not " + maxKeys);
            }
            if (maxKeys > 0 ? property.isEmpty() || property.length() > MAX_PROPERTY_LENGTH : !property.isEmpty()) {
                throw new IllegalArgumentException("the name of a property has 1 to " + MAX_PROPERTY_LENGTH
                        + " characters, this has " + property.length());
            }
        }

        public boolean isOn() {
            return maxKeys > 0;
        }
    }
}
