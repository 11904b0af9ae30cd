package io.sluice.amqp;

import org.junit.jupiter.api.Nested;

/** What holds on the shard's own loop holds when every call is handed over from another thread. */
class ShardApartTest {
    @Nested
    class Links extends Section2_6_LinkTest {
        @Override
        TestBroker newBroker() {
            return TestBroker.apart();
        }
    }

    @Nested
    class Flows extends Section2_6_7_FlowTest {
        @Override
        TestBroker newBroker() {
            return TestBroker.apart();
        }
    }

    @Nested
    class Activity extends LinkActivityTest {
        @Override
        TestBroker newBroker() {
            return TestBroker.apart();
        }
    }

    @Nested
    class Transfers extends Section2_6_12_TransferTest {
        @Override
        TestBroker newBroker() {
            return TestBroker.apart();
        }
    }

    @Nested
    class Subscriptions extends SubscriptionLinkTest {
        @Override
        TestBroker newBroker() {
            return TestBroker.apart();
        }
    }

    @Nested
    class SubscriptionExpiry extends Section3_5_6_SubscriptionExpiryTest {
        @Override
        TestBroker newBroker() {
            return TestBroker.apart();
        }
    }

    @Nested
    class Outcomes extends Section3_4_OutcomeTest {
        @Override
        TestBroker newBroker() {
            return TestBroker.apart();
        }
    }

    @Nested
    class Transactions extends Section4_TransactionTest {
        @Override
        TestBroker newBroker() {
            return TestBroker.apart();
        }
    }

    @Nested
    class DynamicNodes extends Section3_5_DynamicNodeTest {
        @Override
        TestBroker newBroker() {
            return TestBroker.apart();
        }
    }
}
