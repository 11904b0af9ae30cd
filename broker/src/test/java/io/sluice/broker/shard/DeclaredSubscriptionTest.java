package io.sluice.broker.shard;

import static io.sluice.broker.shard.Topics.durable;
import static io.sluice.broker.shard.Topics.noLocal;
import static io.sluice.broker.shard.Topics.selecting;
import static io.sluice.broker.shard.Topics.shared;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.Subscription;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Durable subscriptions that are there before anybody has a link to them. */
class DeclaredSubscriptionTest {
    private static final Subscription RED = selecting(durable("s", "t"), "red");

    private final ShardFixture shard = new ShardFixture();

    @Test
    void itGetsWhatIsPublishedFromThenOnAlsoBehindARestart() {
        shard.publishTo("t", "red before");
        assertEquals(0, shard.declare(RED).value().queue().messages());
        shard.publishTo("t", "red 1", "blue");
        ShardFixture again = shard.restart();
        again.publishTo("t", "red 2", "green");

        assertEquals(List.of("red 1", "red 2"), again.waiting(RED));
        assertEquals(List.of("red 1", "red 2"), again.subscribe(RED).credit(10).bodies());
    }

    @Test
    void theSameAgainIsTheOneThatIsThere() {
        shard.declare(RED);
        shard.publishTo("t", "red");

        assertEquals(1, shard.declare(RED).value().queue().messages());
        assertEquals(List.of("red"), shard.waiting(RED));
        assertEquals(1, shard.topics().get(0).subscriptions().size());
    }

    static List<List<Object>> others() {
        return List.of(
                List.of(selecting(durable("s", "other"), "red"), "topic"),
                List.of(selecting(durable("s", "t"), "blue"), "filter"),
                List.of(noLocal(RED), "noLocal"),
                List.of(shared(RED), "shared"));
    }

    @ParameterizedTest
    @MethodSource("others")
    void anotherOfItsNameIsRefusedAndChangesNothing(List<Object> other) {
        shard.declare(RED);
        shard.publishTo("t", "red");

        Refusal refusal = shard.declare((Subscription) other.get(0)).refusal();
        assertEquals(Kind.PRECONDITION_FAILED, refusal.kind());
        assertEquals(Map.of("attribute", other.get(1)), refusal.info());
        assertEquals(List.of("red"), shard.waiting(RED));
    }

    @Test
    void oneThatSomebodyHasIsThere() {
        TestConsumer link = shard.subscribe(RED).credit(10);
        shard.declare(RED);
        shard.publishTo("t", "red");

        assertEquals(List.of("red"), link.bodies());
    }

    @Test
    void thereAreNoMoreThanThereMayBe() {
        for (int i = 0; i < Topics.MAX_SUBSCRIPTIONS; i++) {
            shard.declare(durable("s" + i, "t"));
        }
        assertEquals(
                Kind.RESOURCE_LIMIT_EXCEEDED,
                shard.declare(durable("one more", "t")).refusal().kind());
        assertEquals(0, shard.declare(durable("s0", "t")).value().links());
    }
}
