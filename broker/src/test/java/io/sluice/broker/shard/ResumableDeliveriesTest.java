package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.Refusal;
import io.sluice.broker.ResumableLink;
import io.sluice.broker.port.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a queue knows of deliveries whose senders have not settled them. */
class ResumableDeliveriesTest {
    private final ShardFixture shard = new ShardFixture().queue(QueueDefinition.named("q"));
    private final TestProducer producer = shard.producer("q");
    private final ResumableLink link = ResumableLink.of("user", "container", "link");

    private static Message durable(String body) {
        return ShardFixture.message(body, Message.Header.DURABLE);
    }

    private String key(int tag) {
        return link.key(new byte[] {(byte) tag});
    }

    private Set<String> keys(int... tags) {
        Set<String> keys = new TreeSet<>();
        for (int tag : tags) {
            keys.add(key(tag));
        }
        return keys;
    }

    private Set<String> unconfirmed(ShardFixture asked, boolean complete, int... tags) {
        return unconfirmed(asked, complete, keys(tags));
    }

    private Set<String> unconfirmed(ShardFixture asked, boolean complete, Set<String> keys) {
        List<Set<String>> answers = ask(asked, complete, keys);
        asked.run();
        assertEquals(1, answers.size());
        return new TreeSet<>(answers.get(0));
    }

    private List<Set<String>> ask(ShardFixture asked, boolean complete, Set<String> keys) {
        List<Set<String>> answers = new ArrayList<>();
        asked.mailbox().unconfirmed("q", link, keys, complete, () -> {}, new Reply<>() {
            @Override
            public void done(Set<String> value) {
                answers.add(value);
            }

            @Override
            public void refused(Refusal refusal) {
                throw new AssertionError(refusal.text());
            }
        });
        return answers;
    }

    private void confirm(ShardFixture asked, int... tags) {
        asked.mailbox().confirmed("q", List.copyOf(keys(tags)));
        asked.run();
    }

    @Test
    void whatWasTakenIsKnownAndNothingElse() {
        producer.sendOver(key(1), durable("a")).sendOver(key(2), durable("b"));

        assertEquals(keys(1, 2), unconfirmed(shard, true, 1, 2, 3));
        assertEquals(List.of("a", "b"), producer.accepted);
    }

    @Test
    void theAnswerWaitsForWhatIsOnItsWayToTheJournal() {
        shard.journal.hold();
        producer.sendOver(key(1), durable("a"));
        List<Set<String>> answers = ask(shard, true, keys(1));
        shard.run();
        assertEquals(List.of(), answers);

        shard.commitAll();
        assertEquals(List.of(keys(1)), answers);
    }

    @Test
    void itIsKnownAfterARestartAndOutlivesTheJournalItWasMadeBy() {
        producer.sendOver(key(1), durable("a")).sendOver(key(2), durable("b"));
        confirm(shard, 2);
        ShardFixture second = shard.restart();
        assertEquals(keys(1), unconfirmed(second, false, 1, 2));
        second.checkpoint();
        assertEquals(second.journal.committed(), second.journal.trimmedTo(), "nothing of it is left to replay");

        ShardFixture third = second.restart();
        assertEquals(keys(1), unconfirmed(third, false, 1, 2));
    }

    @Test
    void whatItsSenderHasSettledIsForgotten() {
        producer.sendOver(key(1), durable("a")).sendOver(key(2), durable("b"));
        confirm(shard, 1);
        assertEquals(keys(2), unconfirmed(shard, false, 1, 2));
        assertEquals(keys(2), unconfirmed(shard.restart(), false, 1, 2));
    }

    /** A tag may be used again once its delivery is settled. */
    @Test
    void aTagUsedAgainIsAnotherDelivery() {
        producer.sendOver(key(1), durable("a"));
        confirm(shard, 1);
        producer.sendOver(key(1), durable("b"));

        assertEquals(List.of("a", "b"), shard.browse("q"));
        assertEquals(keys(1), unconfirmed(shard.restart(), false, 1));
        confirm(shard, 1);
        assertEquals(Set.of(), unconfirmed(shard.restart(), false, 1));
    }

    @Test
    void aCompleteMapSaysThatTheOthersAreSettled() {
        producer.sendOver(key(1), durable("a")).sendOver(key(2), durable("b"));
        assertEquals(keys(2), unconfirmed(shard, true, 2));
        assertEquals(keys(2), unconfirmed(shard.restart(), false, 1, 2));
    }

    @Test
    void anotherLinksDeliveriesAreLeftAlone() {
        String others = ResumableLink.of("user", "container", "other").key(new byte[] {1});
        assertNotEquals(others, key(1));
        producer.sendOver(others, durable("a")).sendOver(key(2), durable("b"));
        unconfirmed(shard, true);

        assertEquals(Set.of(), unconfirmed(shard, false, 1, 2));
        assertEquals(Set.of(others), unconfirmed(shard.restart(), false, Set.of(others, key(2))));
    }

    @Test
    void aMessageThatIsNotDurableIsKnownUntilTheBrokerEnds() {
        producer.sendOver(key(1), ShardFixture.message("a", Message.Header.DEFAULT));
        assertEquals(keys(1), unconfirmed(shard, true, 1));
        assertEquals(Set.of(), unconfirmed(shard.restart(), false, 1));
        int records = shard.journal.records().size();
        confirm(shard, 1);
        assertEquals(Set.of(), unconfirmed(shard, false, 1));
        assertEquals(records, shard.journal.records().size(), "it was never in the journal");
    }

    @Test
    void beyondItsLimitTheOldestIsForgotten() {
        for (int i = 0; i <= ResumableLink.MAX_KEYS; i++) {
            producer.postOver("q", link.key(new byte[] {(byte) (i >> 16), (byte) (i >> 8), (byte) i}), durable("m"));
        }
        shard.run();
        List<String> three = new ArrayList<>();
        for (int i : new int[] {0, 1, ResumableLink.MAX_KEYS}) {
            three.add(link.key(new byte[] {(byte) (i >> 16), (byte) (i >> 8), (byte) i}));
        }
        assertEquals(Set.copyOf(three.subList(1, 3)), unconfirmed(shard, false, Set.copyOf(three)));
        shard.advance(86_400_000);
        assertTrue(unconfirmed(shard, false, Set.copyOf(three)).isEmpty(), "after a day");
    }

    /** Where the queue knows the message by its id, that is enough: a copy is accepted and not stored. */
    @Test
    void aWindowsIdGoesBeforeTheKey() {
        shard.queue(QueueDefinition.named("w").withDeduplication(new Deduplication(5, 1_000, "")));
        TestProducer window = shard.producer("w");
        window.sendAs("1", durable("a")).sendOver(key(1), durable("b")).sendOver(key(1), durable("c"));
        assertEquals(List.of("a", "b", "c"), shard.browse("w"), "a key alone makes no copy");
        assertEquals(0, shard.status("w").duplicates());
    }
}
