package io.sluice.broker.shard;

import io.sluice.broker.Refusal;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.record.DefinitionRecord;

/** Decides on a change of definitions, on the shard's thread. */
@FunctionalInterface
public interface DefinitionChange {
    /**
     * @param are the definitions, with all that was decided before
     * @throws Refused it cannot be changed so; then nothing changes
     */
    DefinitionRecord decide(Definitions are) throws Refused;

    /** Why not. */
    final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        private final transient Refusal refusal;

        public Refused(Refusal.Kind kind, String text) {
            super(text);
            this.refusal = Refusal.of(kind, text);
        }

        Refusal refusal() {
            return refusal;
        }
    }
}
