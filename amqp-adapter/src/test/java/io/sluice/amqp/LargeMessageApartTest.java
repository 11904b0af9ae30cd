package io.sluice.amqp;

/** The same with the shard on a thread of its own. */
class LargeMessageApartTest extends LargeMessageTest {
    @Override
    TestBroker newBroker() {
        return TestBroker.apart();
    }
}
