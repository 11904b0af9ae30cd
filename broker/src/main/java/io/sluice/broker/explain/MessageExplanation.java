package io.sluice.broker.explain;

import java.util.List;

/**
 * Why a message is, or is not, on its way.
 *
 * @param causes the first holds it now; what follows would hold it when that is over
 */
public record MessageExplanation(String queue, long sequence, List<Cause> causes) {
    public MessageExplanation {
        causes = List.copyOf(causes);
    }
}
