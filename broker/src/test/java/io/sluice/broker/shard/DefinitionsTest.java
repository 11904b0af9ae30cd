package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.NamePattern;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.definitions.Policy;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.DefinitionRecord.PolicyDefined;
import io.sluice.broker.record.DefinitionRecord.PolicyDeleted;
import io.sluice.broker.record.DefinitionRecord.UserDefined;
import io.sluice.broker.record.DefinitionRecord.UserDeleted;
import io.sluice.broker.security.User;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is defined beside queues: it is in the journal like everything else, and there for everybody when that is answered. */
class DefinitionsTest {
    private final ShardFixture shard = new ShardFixture();

    private static User user(String name) {
        return new User(name, Optional.empty(), false, Optional.empty());
    }

    private static ShardFixture.Answer<Definitions> define(ShardFixture shard, DefinitionChange change) {
        ShardFixture.Answer<Definitions> answer = new ShardFixture.Answer<>();
        shard.mailbox().define(change, () -> {}, answer);
        shard.run();
        return answer;
    }

    private static ShardFixture.Answer<Definitions> define(ShardFixture shard, DefinitionRecord record) {
        return define(shard, are -> record);
    }

    private static Set<String> users(ShardFixture shard) {
        return shard.mailbox().definitions().users().keySet();
    }

    @Test
    void whatIsAnsweredIsDefined() {
        assertSame(Definitions.NONE, shard.mailbox().definitions());
        Definitions answered = define(shard, new UserDefined(user("anna"))).value();
        assertEquals(Set.of("anna"), answered.users().keySet());
        assertSame(answered, shard.mailbox().definitions());
        define(shard, new UserDefined(user("anna").withLoopbackOnly(true)));
        assertTrue(shard.mailbox().definitions().users().get("anna").loopbackOnly());
        assertEquals(
                Set.of(), define(shard, new UserDeleted("anna")).value().users().keySet());
    }

    @Test
    void aChangeIsDecidedOnWhatWasDecidedBefore() {
        shard.journal.hold();
        ShardFixture.Answer<Definitions> first = define(shard, new UserDefined(user("anna")));
        ShardFixture.Answer<Definitions> second = define(shard, are -> {
            if (are.users().containsKey("anna")) {
                throw new DefinitionChange.Refused(Refusal.Kind.PRECONDITION_FAILED, "anna is there");
            }
            return new UserDefined(user("anna"));
        });
        assertTrue(first.isPending(), "not before it is durable");
        assertEquals(Set.of(), users(shard));
        assertEquals("anna is there", second.refusal().text());
        shard.journal.letGo();
        shard.run();
        assertEquals(Set.of("anna"), first.value().users().keySet());
        assertEquals(1, shard.journal.records().size());
    }

    @Test
    void definitionsSurviveARestartAndACheckpoint() {
        define(shard, new UserDefined(user("anna")));
        define(shard, new UserDefined(user("bert")));
        define(shard, new UserDeleted("bert"));
        ShardFixture restarted = shard.restart();
        assertEquals(Set.of("anna"), users(restarted));
        restarted.checkpoint();
        define(restarted, new UserDefined(user("carl")));
        assertEquals(Set.of("anna", "carl"), users(restarted.restart()));
    }

    private static Policy policy(String name, int order, String pattern) {
        return new Policy(name, order, new NamePattern(pattern), Policy.Kind.QUEUES, false, QueueDefinition.named("*"));
    }

    @Test
    void ofPoliciesThatMatchTheOneOfTheLowestOrderCounts() {
        define(shard, new PolicyDefined(policy("all", 10, "*")));
        define(shard, new PolicyDefined(policy("b", 5, "orders.*")));
        define(shard, new PolicyDefined(policy("a", 5, "orders.eu")));
        ShardFixture restarted = shard.restart();
        restarted.checkpoint();
        Definitions definitions = restarted.restart().mailbox().definitions();
        assertEquals(
                List.of("a", "b", "all"),
                definitions.policies().stream().map(Policy::name).toList());
        assertEquals(
                "a",
                definitions
                        .policyFor(Policy.Kind.QUEUES, "orders.eu")
                        .orElseThrow()
                        .name());
        assertEquals(
                "b",
                definitions
                        .policyFor(Policy.Kind.QUEUES, "orders.us")
                        .orElseThrow()
                        .name());
        assertEquals(
                "all",
                definitions.policyFor(Policy.Kind.QUEUES, "x").orElseThrow().name());
        assertEquals(Optional.empty(), definitions.policyFor(Policy.Kind.TOPICS, "x"));
        define(shard, new PolicyDefined(policy("all", 1, "*")));
        define(shard, new PolicyDeleted("a"));
        assertEquals(
                List.of("all", "b"),
                shard.mailbox().definitions().policies().stream()
                        .map(Policy::name)
                        .toList());
    }
}
