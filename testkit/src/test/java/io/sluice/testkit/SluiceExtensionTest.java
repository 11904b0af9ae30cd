package io.sluice.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each way to use the extension; the second test of each finds nothing of the first. */
class SluiceExtensionTest {
    @Nested
    @Sluice
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    class ByAnnotation {
        private SluiceBroker ofTheClass;

        @BeforeAll
        void oneForTheClass(SluiceBroker broker) {
            ofTheClass = broker;
        }

        @Test
        @Order(1)
        void first(SluiceBroker broker) {
            assertSame(ofTheClass, broker);
            broker.queue("first");
        }

        @Test
        @Order(2)
        void second(SluiceBroker broker) {
            assertSame(ofTheClass, broker);
            assertEquals(List.of(), broker.queues());
        }

        @Nested
        class AndNested {
            @Test
            void theSameBroker(SluiceBroker broker) {
                assertSame(ofTheClass, broker);
            }
        }
    }

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    class ForEachTest {
        private final SluiceBroker[] seen = new SluiceBroker[1];

        @Nested
        class InANestedClass {
            @RegisterExtension
            final SluiceExtension sluice =
                    new SluiceExtension(SluiceBroker.builder().queues(QueueOptions::fifo));

            @BeforeEach
            void isRunning(SluiceBroker broker) {
                assertSame(sluice.broker(), broker);
            }

            @Test
            void one(SluiceBroker broker) {
                isNew(broker);
            }

            @Test
            void another(SluiceBroker broker) {
                isNew(broker);
            }
        }

        private void isNew(SluiceBroker broker) {
            assertNotEquals(seen[0], broker);
            seen[0] = broker;
            assertEquals(List.of(), broker.queues());
            broker.queue("left behind");
        }
    }

    @Test
    void thereIsNoBrokerOutsideOfTests() {
        assertThrows(IllegalStateException.class, () -> new SluiceExtension().broker());
    }
}
