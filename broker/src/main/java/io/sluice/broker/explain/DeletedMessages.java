package io.sluice.broker.explain;

import java.util.List;

/**
 * What became of messages that an administrator wants to be gone.
 *
 * @param messages how many are
 * @param kept the others, ascending by sequence: where each is, or that there is none
 */
public record DeletedMessages(int messages, List<MessageExplanation> kept) {
    public DeletedMessages {
        kept = List.copyOf(kept);
    }
}
