package io.sluice.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A static field: one broker for the class. */
class StaticExtensionTest {
    @RegisterExtension
    static final SluiceExtension SLUICE = new SluiceExtension();

    @RepeatedTest(2)
    void emptyEachTime(SluiceBroker broker) {
        assertSame(SLUICE.broker(), broker);
        assertEquals(List.of(), broker.queues());
        broker.queue("left behind");
    }
}
