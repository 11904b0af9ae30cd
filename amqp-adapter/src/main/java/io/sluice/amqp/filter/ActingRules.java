package io.sluice.amqp.filter;

import io.sluice.broker.Message;
import io.sluice.broker.routing.Rewriting;
import java.util.ArrayList;
import java.util.List;

/**
 * Rules of which some have actions: of a message there is a copy for each of those that it passes, as its action makes it, and one for all the
 * others together, as it came. Immutable, any thread.
 */
final class ActingRules implements Rewriting {
    private final List<Expression> conditions;
    /** By the same places; null for a rule without one. */
    private final List<RuleAction> actions;

    ActingRules(List<Expression> conditions, List<RuleAction> actions) {
        this.conditions = conditions;
        this.actions = actions;
    }

    @Override
    public boolean test(Message message) {
        MessageView view = new MessageView(message, 0);
        for (Expression each : conditions) {
            if (each.evaluate(view) == Value.TRUE) {
                return true;
            }
        }
        return false;
    }

    @Override
    public List<Message> copies(Message message) {
        MessageView view = new MessageView(message, 0);
        List<Message> copies = new ArrayList<>();
        boolean asItCame = false;
        for (int i = 0; i < conditions.size(); i++) {
            RuleAction action = actions.get(i);
            if ((action == null && asItCame) || conditions.get(i).evaluate(view) != Value.TRUE) {
                continue;
            }
            asItCame |= action == null;
            copies.add(action == null ? message : action.apply(message));
        }
        return copies;
    }
}
