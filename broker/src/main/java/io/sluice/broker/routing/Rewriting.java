package io.sluice.broker.routing;

import io.sluice.broker.Message;
import java.util.List;
import java.util.function.Predicate;

/** What a subscription selects, where it gets other messages than those that pass. Asked on the shard's thread: quick, and throws nothing. */
public interface Rewriting extends Predicate<Message> {
    /** @param message one that passes. @return what the subscription gets in its place, one or more */
    List<Message> copies(Message message);
}
