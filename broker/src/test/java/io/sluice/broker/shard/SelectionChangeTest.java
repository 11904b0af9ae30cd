package io.sluice.broker.shard;

import static io.sluice.broker.shard.Topics.durable;
import static io.sluice.broker.shard.Topics.selecting;
import static io.sluice.broker.shard.Topics.volatileOne;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Refusal;
import io.sluice.broker.SelectionChange;
import io.sluice.broker.Subscription;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.SubscriptionExpiry.Policy;
import io.sluice.broker.port.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A durable subscription selects otherwise from now on. */
class SelectionChangeTest {
    private static final String QUEUE = "t::c.d";

    private final ShardFixture shard = new ShardFixture();
    private final Subscription durable = durable("d", "t");
    private final List<String> answers = new ArrayList<>();

    private void select(ShardFixture where, String queue, SelectionChange change) {
        where.runWhere(() -> where.mailbox().topics().select(queue, change, () -> {}, new Reply<>() {
            @Override
            public void done(Selection selection) {
                answers.add(selection.text());
            }

            @Override
            public void refused(Refusal refusal) {
                answers.add(refusal.kind().toString());
            }
        }));
    }

    private static SelectionChange to(String text) {
        Selection selection = selecting(durable("d", "t"), text).selection();
        return is -> new SelectionChange.Change(selection, Optional.of(Topics.filter(selection)), Optional.empty());
    }

    @Test
    void whatWaitsStaysAndWhatComesIsSelectedAlsoAfterARestartAndFromACheckpoint() {
        shard.subscribe(durable).detach();
        shard.publishTo("t", "a1", "b1");
        select(shard, QUEUE, to("b"));
        shard.publishTo("t", "a2", "b2");
        assertEquals(List.of("b"), answers);
        assertEquals(List.of("a1", "b1", "b2"), shard.waiting(durable));

        ShardFixture restarted = shard.restart();
        restarted.publishTo("t", "a3", "b3");
        restarted.checkpoint();
        ShardFixture again = restarted.restart();
        again.publishTo("t", "a4", "b4");
        assertEquals(List.of("a1", "b1", "b2", "b3", "b4"), again.waiting(durable));
    }

    @Test
    void whatIsDecidedLastCountsWhileRecordsAreOnTheirWay() {
        shard.subscribe(durable).detach();
        shard.journal.hold();
        select(shard, QUEUE, to("a"));
        select(shard, QUEUE, to("b"));
        shard.publishTo("t", "a1", "b1");
        assertEquals(List.of(), answers, "not before it is durable");
        shard.journal.letGo();
        shard.run();
        shard.publishTo("t", "a2", "b2");

        assertEquals(List.of("a", "b"), answers);
        assertEquals(List.of("b1", "b2"), shard.waiting(durable));
        assertEquals(List.of("b1", "b2"), shard.restart().waiting(durable));
    }

    @Test
    void anotherExpiryDoesNotBringBackWhatItSelectedBefore() {
        SubscriptionExpiry minute = new SubscriptionExpiry(Policy.SESSION_END, 60);
        TestConsumer link = shard.subscribe(new SubscriptionRequest(durable, Optional.empty(), "", minute));
        select(shard, QUEUE, to("b"));
        link.detach();
        shard.runWhere(() -> shard.mailbox().topics().orphaned(link.handle));
        ShardFixture restarted = shard.restart();
        restarted.publishTo("t", "a", "b");
        assertEquals(List.of("b"), restarted.waiting(durable));
    }

    @Test
    void itIsToldWhatItIsAndTheSameIsNoRecord() {
        shard.subscribe(selecting(durable, "x")).detach();
        int records = shard.journal.records().size();
        select(shard, QUEUE, is -> new SelectionChange.Change(is, Optional.empty(), Optional.empty()));
        assertEquals(List.of("x"), answers);
        assertEquals(records, shard.journal.records().size());
        shard.publishTo("t", "x1", "y1");
        assertEquals(List.of("x1"), shard.waiting(selecting(durable, "x")));
    }

    @Test
    void whatIsRefusedOrNoDurableSubscriptionIsNotChanged() {
        shard.subscribe(volatileOne("t"));
        shard.subscribe(durable).detach();
        select(shard, QUEUE, is -> SelectionChange.Change.refused(is, Refusal.of(Refusal.Kind.INVALID_FIELD, "no")));
        select(shard, "nowhere", to("a"));
        String ofVolatile = shard.topics().get(0).subscriptions().stream()
                .filter(status -> !status.subscription().durable())
                .findFirst()
                .orElseThrow()
                .queue()
                .definition()
                .name();
        select(shard, ofVolatile, to("a"));
        assertEquals(List.of("INVALID_FIELD", "NOT_FOUND", "PRECONDITION_FAILED"), answers);
        shard.publishTo("t", "b");
        assertEquals(List.of("b"), shard.waiting(durable));
    }
}
