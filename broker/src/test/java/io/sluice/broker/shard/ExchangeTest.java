package io.sluice.broker.shard;

import static io.sluice.broker.ExchangeBinding.toExchange;
import static io.sluice.broker.ExchangeBinding.toQueue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.ExchangeDefinition;
import io.sluice.broker.ExchangeDefinition.Type;
import io.sluice.broker.NodeKind;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Published;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExchangeTest {
    private final ShardFixture shard = new ShardFixture();
    private final Exchanging exchanges = new Exchanging(shard);

    private void assertUnroutable(Refusal refusal) {
        assertEquals(Kind.UNROUTABLE, refusal.kind());
    }

    @Test
    void aDirectExchangeGivesToThoseBoundByTheKey() {
        exchanges
                .exchange("e", Type.DIRECT)
                .bindNew("e", "a", "k")
                .bindNew("e", "b", "k")
                .bindNew("e", "c", "other");

        assertNull(exchanges.send("e", "k", "1"));
        assertNull(exchanges.send("e", "other", "2"));
        Refusal refusal = exchanges.send("e", "none", "3");

        assertEquals(List.of("1"), shard.browse("a"));
        assertEquals(List.of("1"), shard.browse("b"));
        assertEquals(List.of("2"), shard.browse("c"));
        assertUnroutable(refusal);
        assertEquals("exchange 'e' has no queue for a message with key 'none'", refusal.text());
    }

    @Test
    void aTopicExchangeGivesByPattern() {
        exchanges
                .exchange("e", Type.TOPIC)
                .bindNew("e", "one", "a.*")
                .bindNew("e", "any", "a.#")
                .bindNew("e", "all", "#")
                .bindNew("e", "exact", "a.b")
                .bindNew("e", "word", "*");

        exchanges.send("e", "a.b", "1");
        exchanges.send("e", "a", "2");
        exchanges.send("e", "a.b.c", "3");
        exchanges.send("e", "", "4");

        assertEquals(List.of("1"), shard.browse("one"));
        assertEquals(List.of("1", "2", "3"), shard.browse("any"));
        assertEquals(List.of("1", "2", "3", "4"), shard.browse("all"));
        assertEquals(List.of("1"), shard.browse("exact"));
        assertEquals(List.of("2"), shard.browse("word"), "a key without a character has no word");
    }

    @Test
    void whatNobodyGetsForWantOfRoomInOneIsADeadLetterOfThatOne() {
        shard.queue(QueueDefinition.named("full")
                .withLimits(new QueueDefinition.Limits(
                        1,
                        QueueDefinition.UNLIMITED,
                        QueueDefinition.Overflow.REJECT_DEAD_LETTER,
                        QueueDefinition.UNLIMITED))
                .withDeadLetter(ShardFixture.deadLetter("dead", 0)));
        exchanges.exchange("e", Type.FANOUT).bindNew("e", "roomy", "").bind("e", "full", "");

        exchanges.send("e", "k", "1");
        assertEquals(Kind.RESOURCE_LIMIT_EXCEEDED, exchanges.send("e", "k", "2").kind());

        assertEquals(List.of("1"), shard.browse("roomy"));
        assertEquals(List.of("1"), shard.browse("full"));
        assertEquals(List.of("2"), shard.browse("dead"));
    }

    @Test
    void aFanoutExchangeGivesToAll() {
        exchanges.exchange("e", Type.FANOUT).bindNew("e", "a", "").bindNew("e", "b", "whatever");

        exchanges.send("e", "k", "1");

        assertEquals(List.of("1"), shard.browse("a"));
        assertEquals(List.of("1"), shard.browse("b"));
    }

    @Test
    void aHeadersExchangeComparesArguments() {
        exchanges.exchange("e", Type.HEADERS);
        bindHeaders("all", Map.of("a", 1, "b", "x", "x-c", true));
        bindHeaders("any", Map.of("x-match", "any", "a", 1, "b", "x", "x-c", true));
        bindHeaders("all-x", Map.of("x-match", "all-with-x", "a", 1, "x-c", true));
        bindHeaders("any-x", Map.of("x-match", "any-with-x", "a", 1, "x-c", true));
        bindHeaders("nothing-of-all", Map.of());
        bindHeaders("nothing-of-any", Map.of("x-match", "any"));
        Map<String, Object> there = new HashMap<>();
        there.put("b", null);
        bindHeaders("there", there);

        exchanges.send("e", "", "both", Map.of("a", 1L, "b", "x"));
        exchanges.send("e", "", "a", Map.of("a", (short) 1));
        exchanges.send("e", "", "x", Map.of("x-c", true));
        exchanges.send("e", "", "ax", Map.of("a", 1, "x-c", true, "b", "y"));
        exchanges.send("e", "", "text", Map.of("a", "1", "b", false));
        exchanges.send("e", "", "none", Map.of());

        assertEquals(List.of("both"), shard.browse("all"));
        assertEquals(List.of("both", "a", "ax"), shard.browse("any"));
        assertEquals(List.of("ax"), shard.browse("all-x"));
        assertEquals(List.of("both", "a", "x", "ax"), shard.browse("any-x"));
        assertEquals(List.of("both", "a", "x", "ax", "text", "none"), shard.browse("nothing-of-all"));
        assertEquals(List.of(), shard.browse("nothing-of-any"));
        assertEquals(List.of("both", "ax", "text"), shard.browse("there"), "without a value it has to be there");
    }

    private void bindHeaders(String queue, Map<String, Object> arguments) {
        shard.queue(queue);
        exchanges.bind(toQueue("e", queue, "").withArguments(arguments));
    }

    @Test
    void aHeadersBindingWithAnotherMatchIsRefused() {
        shard.queue("q");
        Refusal refusal = exchanges
                .tryBind(toQueue("amq.headers", "q", "").withArguments(Map.of("x-match", "some")))
                .refusal();
        assertEquals(Kind.INVALID_FIELD, refusal.kind());
        assertEquals("argument 'x-match' is one of all, any, all-with-x, any-with-x, not 'some'", refusal.text());
    }

    @Test
    void theDefaultExchangeKnowsEveryQueueByItsName() {
        shard.queue("q");
        assertNull(exchanges.send("", "q", "1"));
        assertEquals(List.of("1"), shard.browse("q"));
        assertUnroutable(exchanges.send("", "other", "2"));
        assertEquals(
                Kind.NOT_ALLOWED,
                exchanges.tryBind(toQueue("", "q", "k")).refusal().kind());
    }

    @Test
    void exchangesThatAreAlwaysThere() {
        for (String name : List.of("amq.direct", "amq.fanout", "amq.headers", "amq.match", "amq.topic")) {
            exchanges.bindNew(name, name, "k");
            assertNull(exchanges.send(name, "k", name));
            assertEquals(List.of(name), shard.browse(name));
            assertEquals(Kind.NOT_ALLOWED, exchanges.delete(name).refusal().kind());
        }
        exchanges.exchange("amq.topic", Type.TOPIC);
        assertEquals(
                Kind.NOT_ALLOWED,
                exchanges
                        .declare(ExchangeDefinition.named("amq.mine", Type.TOPIC))
                        .refusal()
                        .kind());
    }

    @Test
    void aQueueGetsAMessageOnceHoweverItIsBound() {
        exchanges
                .exchange("e", Type.TOPIC)
                .exchange("f", Type.FANOUT)
                .bindNew("e", "q", "a.*")
                .bind("e", "q", "#")
                .bind("f", "q", "")
                .bind(toExchange("e", "f", "a.b"));
        exchanges.send("e", "a.b", "1");
        assertEquals(List.of("1"), shard.browse("q"));
    }

    @Test
    void messagesGoThroughExchangesAndLoopsEnd() {
        exchanges
                .exchange("e", Type.DIRECT)
                .exchange("f", Type.TOPIC)
                .bind(toExchange("e", "f", "a.b"))
                .bind(toExchange("f", "e", "#"))
                .bindNew("f", "q", "a.*");
        assertNull(exchanges.send("e", "a.b", "1"));
        assertUnroutable(exchanges.send("e", "a.c", "2"));
        assertEquals(List.of("1"), shard.browse("q"));
    }

    @Test
    void whatNoBindingWantsGoesToTheAlternate() {
        exchanges.declare(ExchangeDefinition.named("e", Type.DIRECT).withAlternate("f"));
        exchanges.bindNew("e", "q", "k");
        assertUnroutable(exchanges.send("e", "x", "early"));
        exchanges.declare(ExchangeDefinition.named("f", Type.FANOUT).withAlternate("e"));
        assertUnroutable(exchanges.send("e", "x", "round and round"));
        exchanges.bindNew("f", "rest", "");

        exchanges.send("e", "k", "1");
        exchanges.send("e", "x", "2");

        assertEquals(List.of("1"), shard.browse("q"));
        assertEquals(List.of("2"), shard.browse("rest"));
    }

    @Test
    void allCopiesAreOneRecordAndSayWhereTheyCameFrom() {
        exchanges.exchange("e", Type.FANOUT).bindNew("e", "a", "").bindNew("e", "b", "");
        int before = shard.journal.history().size();
        exchanges.send("e", "k", "1");
        List<JournalRecord> records =
                shard.journal.history().subList(before, before + 1).get(0);
        assertEquals(1, records.size());
        Published published = (Published) records.get(0);
        assertEquals(2, published.copies().size());
        assertEquals(new Annotations.Text("e"), published.message().added().get("x-exchange"));
        assertEquals(new Annotations.Text("k"), published.message().added().get("x-routing-key"));
    }

    @Test
    void aFullQueueRefusesForAll() {
        exchanges.exchange("e", Type.FANOUT).bindNew("e", "a", "");
        shard.queue(QueueDefinition.named("full")
                .withLimits(new QueueDefinition.Limits(
                        1, QueueDefinition.UNLIMITED, QueueDefinition.Overflow.REJECT, QueueDefinition.UNLIMITED)));
        exchanges.bind("e", "full", "");
        assertNull(exchanges.send("e", "", "1"));
        Refusal refusal = exchanges.send("e", "", "2");
        assertEquals(Kind.RESOURCE_LIMIT_EXCEEDED, refusal.kind());
        assertTrue(refusal.text().startsWith("nobody gets a message to exchange 'e': "), refusal.text());
        assertEquals(List.of("1"), shard.browse("a"));
    }

    @Test
    void aDefinitionIsAskedForAgainAndAnotherIsRefusedByName() {
        ExchangeDefinition is = ExchangeDefinition.named("e", Type.DIRECT);
        exchanges.declare(is).value();
        exchanges.declare(is).value();
        Map<String, ExchangeDefinition> others = Map.of(
                "type", ExchangeDefinition.named("e", Type.TOPIC),
                "autoDelete", is.withAutoDelete(true),
                "internal", is.withInternal(true),
                "alternateExchange", is.withAlternate("f"),
                "arguments", is.withArguments(Map.of("a", 1)));
        others.forEach((field, other) -> {
            Refusal refusal = exchanges.declare(other).refusal();
            assertEquals(Kind.PRECONDITION_FAILED, refusal.kind());
            assertEquals(field, refusal.info().get("field"));
        });
        assertEquals(
                "exchange 'e' exists with another type: it is direct, asked for was topic",
                exchanges.declare(others.get("type")).refusal().text());
    }

    @Test
    void bindingsAreListedByEitherEnd() {
        exchanges.exchange("e", Type.DIRECT).exchange("f", Type.FANOUT).bindNew("e", "q", "k");
        exchanges.bind("e", "q", "k").bind("e", "q", "l").bind(toExchange("e", "f", "m"));
        List<ExchangeBinding> all = List.of(toQueue("e", "q", "k"), toQueue("e", "q", "l"), toExchange("e", "f", "m"));
        assertEquals(all, exchanges.bindingsFrom("e"), "the same binding twice is one");
        assertEquals(all, exchanges.bindings());
        assertEquals(all.subList(0, 2), exchanges.bindingsTo(NodeKind.QUEUE, "q"));
        assertEquals(all.subList(2, 3), exchanges.bindingsTo(NodeKind.EXCHANGE, "f"));

        assertTrue(exchanges.unbind(toQueue("e", "q", "k")).value());
        assertTrue(!exchanges.unbind(toQueue("e", "q", "k")).value(), "there is none any more");
        assertEquals(all.subList(1, 3), exchanges.bindings());
        assertUnroutable(exchanges.send("e", "k", "1"));
    }

    @Test
    void whatIsNotThereIsNotBound() {
        shard.queue("q");
        exchanges.exchange("e", Type.DIRECT);
        assertEquals(
                Kind.NOT_FOUND,
                exchanges.tryBind(toQueue("x", "q", "")).refusal().kind());
        assertEquals(
                Kind.NOT_FOUND,
                exchanges.tryBind(toQueue("e", "x", "")).refusal().kind());
        assertEquals(
                Kind.NOT_FOUND,
                exchanges.tryBind(toExchange("e", "x", "")).refusal().kind());
        assertEquals(Kind.NOT_FOUND, exchanges.delete("x").refusal().kind());
        assertEquals(Kind.NOT_FOUND, exchanges.send("x", "", "1").kind());
    }

    @Test
    void aQueueTakesItsBindingsWithItAndTheyDoNotComeBackWithItsName() {
        exchanges.exchange("e", Type.FANOUT).bindNew("e", "q", "").bindNew("e", "other", "");
        shard.delete("q", ShardMailbox.DeleteCondition.ALWAYS);
        assertEquals(List.of(toQueue("e", "other", "")), exchanges.bindings());
        shard.queue("q");
        exchanges.send("e", "", "1");
        assertEquals(List.of(), shard.browse("q"));
        assertEquals(List.of("1"), shard.browse("other"));
    }

    @Test
    void anExchangeTakesItsBindingsWithItAndThoseThatDeleteThemselvesFollow() {
        exchanges.declare(ExchangeDefinition.named("auto", Type.FANOUT).withAutoDelete(true));
        exchanges.declare(ExchangeDefinition.named("e", Type.FANOUT).withAutoDelete(true));
        exchanges.bind(toExchange("auto", "e", "")).bindNew("e", "q", "");
        assertEquals(List.of("auto", "e"), exchanges.names());
        int before = shard.journal.history().size();
        shard.delete("q", ShardMailbox.DeleteCondition.ALWAYS);
        assertEquals(before + 1, shard.journal.history().size(), "all of it is one batch");
        assertEquals(List.of(), exchanges.names(), "the last binding of each has gone");
        assertEquals(List.of(), exchanges.bindings());
    }

    @Test
    void whatIsBoundIsNotDeletedWhereThatIsAskedFor() {
        exchanges.exchange("e", Type.FANOUT).bindNew("e", "q", "");
        assertEquals(
                "exchange 'e' is not deleted: it has 1 bindings",
                exchanges.deleteUnused("e").refusal().text());
        exchanges.unbind(toQueue("e", "q", "")).value();
        exchanges.deleteUnused("e").value();
        assertEquals(List.of(), exchanges.names());
    }

    @Test
    void aProducerOfAnExchangeComesAndGoesWithIt() {
        assertEquals(List.of("closed NOT_FOUND"), exchanges.producer("e").events);
        exchanges.declare(ExchangeDefinition.named("i", Type.FANOUT).withInternal(true));
        assertEquals(List.of("closed NOT_ALLOWED"), exchanges.producer("i").events);
        assertEquals(Kind.NOT_ALLOWED, exchanges.send("i", "", "1").kind());

        exchanges.exchange("e", Type.FANOUT).bindNew("e", "q", "");
        TestProducer producer = exchanges.producer("e");
        producer.send("1");
        exchanges.delete("e").value();
        producer.send("2");
        assertEquals(List.of("attached", "accepted 1", "closed RESOURCE_DELETED", "refused 2"), producer.events);
    }

    @Test
    void aQueueThatBlocksHoldsBackProducersOfExchangesThatLeadToIt() {
        exchanges.exchange("e", Type.DIRECT).exchange("f", Type.FANOUT).bind(toExchange("e", "f", "k"));
        TestProducer producer = exchanges.producer("e");
        shard.queue(QueueDefinition.named("full")
                .withLimits(new QueueDefinition.Limits(
                        1, QueueDefinition.UNLIMITED, QueueDefinition.Overflow.BLOCK, QueueDefinition.UNLIMITED)));
        shard.publish("full", "1");
        exchanges.bind("f", "full", "");
        assertEquals(List.of("attached", "shut: queue 'full', where exchange 'e' leads to, is full"), producer.events);
        shard.consumer("full").credit(1).settle(0, io.sluice.broker.Outcome.ACCEPTED);
        assertTrue(producer.creditOpen);
        shard.publish("full", "2");
        assertTrue(!producer.creditOpen);
        exchanges.unbind(toQueue("f", "full", "")).value();
        assertTrue(producer.creditOpen);
    }

    @Test
    void aQueueThatIsNotDurableIsBoundAsLongAsItIsThere() {
        exchanges.exchange("e", Type.FANOUT);
        shard.queue(QueueDefinition.named("passing").withDurable(false));
        exchanges.bindNew("e", "q", "").bind("e", "passing", "");
        exchanges.send("e", "", "1");
        assertEquals(List.of("1"), shard.browse("passing"));
        shard.checkpoint();
        Exchanging after = new Exchanging(shard.restart());
        assertEquals(List.of(toQueue("e", "q", "")), after.bindings());
        assertEquals(List.of("1"), after.shard.browse("q"));
    }

    @Test
    void aTransactionSendsThroughExchangesAllOrNothing() {
        exchanges.exchange("e", Type.FANOUT).bindNew("e", "a", "").bindNew("e", "b", "");
        ShardFixture.Answer<AtomicBatch> answer = new ShardFixture.Answer<>();
        Publish one = publish("e", "k", "1");
        Publish lost = publish("amq.direct", "nobody", "2");
        shard.runWhere(() ->
                shard.mailbox().commit(new AtomicBatch(List.of(one, lost), List.of()), shard.client, answer));
        assertUnroutable(answer.refusal());
        assertEquals(
                "sends[1]: exchange 'amq.direct' has no queue for a message with key 'nobody'",
                answer.refusal().text());
        assertEquals(List.of(), shard.browse("a"));

        ShardFixture.Answer<AtomicBatch> again = new ShardFixture.Answer<>();
        int before = shard.journal.history().size();
        shard.runWhere(() -> shard.mailbox()
                .commit(
                        new AtomicBatch(List.of(publish("e", "k", "1"), publish("", "a", "3")), List.of()),
                        shard.client,
                        again));
        again.value();
        assertEquals(before + 1, shard.journal.history().size());
        assertEquals(List.of("1", "3"), shard.browse("a"));
        assertEquals(List.of("1"), shard.browse("b"));
        assertEquals(List.of("1"), shard.restart().browse("b"));
    }

    private static Publish publish(String exchange, String key, String body) {
        return Exchanging.publish(
                exchange, key, ShardFixture.message(body, io.sluice.broker.Message.Header.DURABLE), Map.of());
    }

    @Test
    void aCopyIsKnownInEachQueueThatLooksForIt() {
        exchanges.exchange("e", Type.FANOUT).bindNew("e", "all", "");
        shard.queue(QueueDefinition.named("once").withDeduplication(QueueDefinition.Deduplication.BY_MESSAGE_ID));
        exchanges.bind("e", "once", "");
        exchanges.send("e", "", "1", Map.of("id", "x"));
        assertNull(exchanges.send("e", "", "2", Map.of("id", "x")));
        assertEquals(List.of("1"), shard.browse("once"));
        assertEquals(List.of("1", "2"), shard.browse("all"));
    }

    @Test
    void aMessageTakesThePlaceOfTheOneOfItsKeyWhereAQueueKeepsLastValues() {
        exchanges.exchange("e", Type.FANOUT).bindNew("e", "all", "");
        QueueDefinition table = QueueDefinition.named("table")
                .withLimits(new QueueDefinition.Limits(
                        1, QueueDefinition.UNLIMITED, QueueDefinition.Overflow.REJECT, QueueDefinition.UNLIMITED));
        shard.queue(table.withLife(table.life().withLastValue(new io.sluice.broker.MessageLife.LastValue(10, "key"))));
        exchanges.bind("e", "table", "");
        assertNull(exchanges.send("e", "", "1", Map.of("key", "k")));
        int before = shard.journal.history().size();
        assertNull(exchanges.send("e", "", "2", Map.of("key", "k")), "a full queue takes what replaces one");
        assertEquals(before + 1, shard.journal.history().size(), "all of it is one batch");
        assertEquals(
                Kind.RESOURCE_LIMIT_EXCEEDED,
                exchanges.send("e", "", "3", Map.of("key", "other")).kind());
        assertEquals(List.of("2"), shard.browse("table"));
        assertEquals(List.of("1", "2"), shard.browse("all"));
        assertEquals(List.of("2"), shard.restart().browse("table"));
    }

    @Test
    void aPausedQueueRefusesWhatNobodysCreditHoldsBack() {
        exchanges.exchange("e", Type.FANOUT).bindNew("e", "q", "");
        TestProducer producer = exchanges.producer("e");
        shard.update(
                        "q",
                        new QueueChange(
                                is -> is,
                                new io.sluice.broker.queue.Pause(
                                        java.util.Optional.empty(), java.util.Optional.of(true))))
                .value();
        Refusal refusal = exchanges.send("e", "", "1");
        assertEquals(
                "nobody gets a message to exchange 'e': queue 'q' is paused: it takes no messages", refusal.text());
        assertTrue(!producer.creditOpen);
    }

    @Test
    void whatIsBoundIsInOneShard() {
        Placement four = new Placement(4, List.of());
        Exchanging one = new Exchanging(shard.restart(new ShardPlace(four, 1)));
        one.exchange("e@1", Type.FANOUT);
        one.shard.queue("q@1");
        one.bind("e@1", "q@1", "");
        Refusal refusal = one.tryBind(toQueue("e@1", "other@2", "")).refusal();
        assertEquals(Kind.NOT_IMPLEMENTED, refusal.kind());
        assertEquals(
                "exchange 'e@1' is in shard 1 and queue 'other@2' in shard 2: what is bound is in one shard; a name that"
                        + " ends with @1 is in shard 1",
                refusal.text());
        assertEquals(
                Kind.NOT_IMPLEMENTED,
                one.tryBind(toExchange("e@1", "f@3", "")).refusal().kind());
        assertEquals(
                Kind.NOT_IMPLEMENTED,
                one.declare(ExchangeDefinition.named("g@1", Type.FANOUT).withAlternate("f@3"))
                        .refusal()
                        .kind());
    }

    @Test
    void anExchangeGoesWithTheLastQueueAlsoWhereThatIsNotDurable() {
        exchanges.declare(ExchangeDefinition.named("auto", Type.FANOUT).withAutoDelete(true));
        shard.queue(QueueDefinition.named("passing").withDurable(false));
        exchanges.bind("auto", "passing", "");
        TestProducer producer = exchanges.producer("auto");
        shard.delete("passing", ShardMailbox.DeleteCondition.ALWAYS);
        assertEquals(List.of(), exchanges.names());
        assertEquals(List.of("attached", "closed RESOURCE_DELETED"), producer.events);
        assertEquals(List.of(), new Exchanging(shard.restart()).names());
    }

    @Test
    void aMessageIsAcceptedWhenItIsDurableInATableBesideAQueueThatIsNot() {
        exchanges.exchange("e", Type.FANOUT);
        shard.queue(QueueDefinition.named("passing").withDurable(false));
        QueueDefinition table = QueueDefinition.named("table");
        shard.queue(table.withLife(table.life().withLastValue(new io.sluice.broker.MessageLife.LastValue(10, "key"))));
        exchanges.bind("e", "passing", "").bind("e", "table", "");
        TestProducer producer = shard.anonymous();
        shard.journal.hold();
        Publish publish = Exchanging.publish(
                "e", "", ShardFixture.message("1", io.sluice.broker.Message.Header.DURABLE), Map.of("key", "k"));
        shard.runWhere(() -> shard.mailbox().publish(producer.handle, publish));
        assertEquals(List.of(), producer.accepted);
        shard.commitAll();
        assertEquals(List.of("1"), producer.accepted);
    }
}
