package io.sluice.amqp.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.broker.routing.Rewriting;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.Test;

/** What an action of a rule makes of a message. */
class RuleActionTest {
    private static final UUID ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

    private long idsGiven;
    private final Supplier<UUID> ids = () -> new UUID(1, ++idsGiven);

    private static io.sluice.broker.Message message() {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("color", "red");
        properties.put("count", 3);
        properties.put("id", ID);
        Message message = Message.Factory.create();
        message.setSubject("order");
        message.setGroupId("a");
        message.setCorrelationId(ID);
        message.setApplicationProperties(new ApplicationProperties(properties));
        message.setBody(new AmqpValue("body"));
        return Messages.encoded(message);
    }

    private static Message decoded(io.sluice.broker.Message message) {
        Message decoded = Message.Factory.create();
        decoded.decode(message.encoded(), 0, message.encoded().length);
        return decoded;
    }

    private Message apply(String action) throws InvalidFilterException {
        return decoded(RuleAction.of(action, ids).apply(message()));
    }

    private Map<String, Object> properties(String action) throws InvalidFilterException {
        return apply(action).getApplicationProperties().getValue();
    }

    @Test
    void applicationPropertiesAreSetToWhatExpressionsGive() throws InvalidFilterException {
        Map<String, Object> set =
                properties("SET text = 'it''s'; set whole = count * 2 + 1; SET half = 1 / 2.0; SET yes = count > 2;"
                        + " SET user.color = 'blue'; SET copy = id; SET \"a name\" = sys.Label;");
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("color", "blue");
        expected.put("count", 3);
        expected.put("id", ID);
        expected.put("text", "it's");
        expected.put("whole", 7L);
        expected.put("half", 0.5);
        expected.put("yes", true);
        expected.put("copy", ID);
        expected.put("a name", "order");
        assertEquals(expected, set);
    }

    @Test
    void eachStatementSeesWhatTheOneBeforeHasDone() throws InvalidFilterException {
        assertEquals(
                "red",
                properties("SET old = color; SET color = 'blue'; SET new = color")
                        .get("old"));
        assertEquals("blue", properties("SET color = 'blue'; SET new = color").get("new"));
        assertEquals(
                Map.of("count", 3, "id", ID),
                properties("REMOVE color; SET none = color"),
                "what is not there is not set");
    }

    @Test
    void aNewIdIsAnotherEachTime() throws InvalidFilterException {
        Map<String, Object> set =
                properties("SET a = newid(); SET b = NEWID ( ); SET newid = a; SET sys.MessageId = a");
        assertEquals(new UUID(1, 1), set.get("a"));
        assertEquals(new UUID(1, 2), set.get("b"));
        assertEquals(new UUID(1, 1), set.get("newid"), "the word is a name where nothing is called");
        assertEquals(
                new UUID(1, 3).toString(), apply("SET sys.MessageId = newid()").getMessageId());
    }

    @Test
    void aPropertyIsFoundByANameThatIsGiven() throws InvalidFilterException {
        assertEquals("red", properties("SET x = p('color')").get("x"));
        assertEquals(4L, properties("SET x = Property('user.count') + 1").get("x"));
        assertEquals("order", properties("SET x = p('sys.Label')").get("x"));
        assertEquals("red", properties("SET which = 'color'; SET x = p(which)").get("x"));
        assertEquals(
                "order",
                properties("SET which = 'SYS.subject'; SET x = p(which)").get("x"));
        assertEquals(
                null, properties("SET which = 'sys.Size'; SET x = p(which)").get("x"));
        assertEquals(null, properties("SET x = p('nothing')").get("x"));
        assertEquals(null, properties("SET x = p(count)").get("x"), "a number is no name");
        assertEquals(3L, properties("SET p = count; SET x = p").get("x"));
    }

    @Test
    void namesMayStandInBrackets() throws InvalidFilterException {
        Map<String, Object> set = properties("SET [a name] = 1; SET user.[a]]b] = 2; SET x = [a name] + user.[a]]b];"
                + " SET [sys.Label] = sys.[Label]; REMOVE [color]");
        assertEquals(1L, set.get("a name"));
        assertEquals(2L, set.get("a]b"));
        assertEquals(3L, set.get("x"));
        assertEquals("order", set.get("sys.Label"));
        assertEquals(false, set.containsKey("color"));
    }

    @Test
    void fieldsOfTheMessageAreSetAndTakenAway() throws InvalidFilterException {
        Message set = apply("SET sys.Label = 'bill'; SET sys.MessageId = count; SET sys.ContentType = 'text/plain';"
                + " SET sys.ReplyToSessionId = 'r'; REMOVE sys.CorrelationId; SET SYS.To = color");
        assertEquals("bill", set.getSubject());
        assertEquals("3", set.getMessageId());
        assertEquals("text/plain", set.getContentType());
        assertEquals("r", set.getReplyToGroupId());
        assertEquals(null, set.getCorrelationId());
        assertEquals("red", set.getAddress());
        assertEquals("a", set.getGroupId());
        assertEquals("body", ((AmqpValue) set.getBody()).getValue());
    }

    @Test
    void aSessionThatIsSetIsTheMessagesSession() throws InvalidFilterException {
        io.sluice.broker.Message moved =
                RuleAction.of("SET sys.SessionId = color", ids).apply(message());
        assertEquals("red", moved.group().id());
        assertEquals("red", decoded(moved).getGroupId());
        io.sluice.broker.Message none =
                RuleAction.of("REMOVE sys.SessionId", ids).apply(message());
        assertEquals(true, none.group().isNone());
    }

    private void assertWrong(String action, String text) {
        assertEquals(
                text,
                assertThrows(InvalidFilterException.class, () -> RuleAction.of(action, ids))
                        .getMessage());
    }

    @Test
    void errorsSayWhere() {
        assertWrong("SET = 1", "at character 5: '=' where a name is expected");
        assertWrong("SET sys.Size = 1", "at character 5: 'sys.Size' is no field of a message that is known here");
        for (String wrong : List.of(
                "",
                "SET a",
                "SET a = ",
                "SET a == 1",
                "REMOVE",
                "REMOVE a = 1",
                "color = 'red'",
                "SET a = 1 SET b = 2")) {
            assertThrows(InvalidFilterException.class, () -> RuleAction.of(wrong, ids), wrong);
        }
        assertWrong("SET a = newid(1)", "at character 9: newid() takes nothing");
        assertWrong("SET a = p()", "at character 9: p() takes the name of a property");
        assertWrong("SET a = p(1)", "at character 9: a number where the name of a property is expected");
        assertWrong("SET a = p('sys.Size')", "at character 9: 'sys.Size' is no field of a message that is known here");
        assertWrong("SET sys.[Size] = 1", "at character 5: 'sys.Size' is no field of a message that is known here");
        assertWrong("SET [a = 1", "at character 5: '[a = 1' where a name is expected");
        assertWrong("SET [] = 1", "at character 5: '[]' where a name is expected");
        assertThrows(InvalidFilterException.class, () -> RuleAction.of("SET a = lower(b)", ids));
        String many = "SET a = 1;".repeat(RuleAction.MAX_STATEMENTS);
        assertWrong(many + "SET b = 2", "at character 321: an action has 32 statements at most");
    }

    @Test
    void thereIsACopyForEachRuleWithAnActionAndOneForTheOthers() throws InvalidFilterException {
        SubscriptionRules rules = SubscriptionRules.of(io.sluice.broker.Subscription.Selection.ALL)
                .with(sql("all", "1 = 1"))
                .with(sql("blue", "color = 'blue'").withAction("SET by = 'blue'"))
                .with(sql("red", "color = 'red'").withAction("SET by = 'red'"))
                .with(sql("three", "count = 3").withAction("SET by = 'three'"));
        Rewriting condition =
                (Rewriting) SubscriptionRules.of(rules.selection()).condition(ids);
        io.sluice.broker.Message message = message();
        assertEquals(true, condition.test(message));
        List<io.sluice.broker.Message> copies = condition.copies(message);
        assertEquals(3, copies.size());
        assertSame(message, copies.get(0), "$Default and all have one together");
        assertEquals(
                List.of("red", "three"),
                copies.subList(1, 3).stream()
                        .map(each -> decoded(each)
                                .getApplicationProperties()
                                .getValue()
                                .get("by"))
                        .toList());
        assertEquals(
                "rule $Default: 1=1; rule red: color = 'red', action: SET by = 'red'",
                SubscriptionRules.of(io.sluice.broker.Subscription.Selection.ALL)
                        .with(sql("red", "color = 'red'").withAction("SET by = 'red'"))
                        .selection()
                        .text());
    }

    @Test
    void conditionsHaveFunctionsToo() throws InvalidFilterException {
        for (String condition : List.of(
                "p('color') = 'red' AND [color] = 'red'", "newid() <> newid() AND set IS NULL", "p('none') IS NULL")) {
            assertEquals(true, Selector.serviceBus(condition, ids).matches(message(), 0), condition);
        }
    }

    private static SubscriptionRules.Rule sql(String name, String expression) {
        return new SubscriptionRules.Rule(name, Optional.of(expression), Map.of());
    }
}
