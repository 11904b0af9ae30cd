package io.sluice.amqp.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.security.Permissions.Action;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a token is good for that is made out for a URI. */
class TokenAudienceTest {
    private static TokenAudience of(String uri) {
        return TokenAudience.parse(uri).orElseThrow();
    }

    @Test
    void schemePortCaseAndSlashesAtTheEndsAreOfNoAccount() {
        assertEquals(of("amqp://broker.example/orders"), of("sb://Broker.Example:5671/Orders/"));
        assertEquals(of("https://broker.example/"), of("broker.example"));
        assertEquals(Optional.empty(), TokenAudience.parse(""));
        assertEquals(Optional.empty(), TokenAudience.parse("sb:///orders"));
    }

    @Test
    void itCoversWhatIsTheSameOrBelow() {
        assertTrue(of("sb://a/").covers(of("sb://a/orders")));
        assertTrue(of("sb://a/orders").covers(of("amqps://a/orders/$management")));
        assertFalse(of("sb://a/orders").covers(of("sb://a/orders2")));
        assertFalse(of("sb://a/orders").covers(of("sb://a/")));
        assertFalse(of("sb://a/orders").covers(of("sb://b/orders")));
    }

    @Test
    void ofAddressesItCoversTheEntityAndItsParts() {
        assertTrue(of("sb://a/").covers(Action.MANAGE, "$user"));
        assertTrue(of("sb://a/orders").covers(Action.SEND, "orders"));
        assertTrue(of("sb://a/orders").covers(Action.RECEIVE, "Orders/$DeadLetterQueue"));
        assertTrue(of("sb://a/orders/$management").covers(Action.BROWSE, "orders"));
        assertFalse(of("sb://a/orders").covers(Action.SEND, "orders2"));
        assertFalse(of("sb://a/orders").covers(Action.MANAGE, "$user"));
    }

    @Test
    void whoMayHaveASubscriptionMayReadTheTopicAndNotSendToIt() {
        TokenAudience subscription = of("sb://a/news/Subscriptions/anna");
        assertTrue(subscription.covers(Action.RECEIVE, "news"));
        assertTrue(subscription.covers(Action.RECEIVE, "news/subscriptions/anna"));
        assertFalse(subscription.covers(Action.SEND, "news"));
        assertFalse(subscription.covers(Action.RECEIVE, "news/subscriptions/berta"));
    }
}
