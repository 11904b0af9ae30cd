package io.sluice.broker.record;

import io.sluice.broker.Divert;
import io.sluice.broker.definitions.Policy;
import io.sluice.broker.security.User;
import java.util.Objects;

/** A change of what a broker is told to be, beside its queues. It is about no queue. */
public sealed interface DefinitionRecord extends JournalRecord {
    @Override
    default long queueId() {
        return NO_QUEUE;
    }

    @Override
    default void accept(RecordVisitor visitor) {
        visitor.defined(this);
    }

    /** A user exists from here on, or is another than before. */
    record UserDefined(User user) implements DefinitionRecord {
        public UserDefined {
            Objects.requireNonNull(user, "user");
        }
    }

    /** A policy exists from here on, or is another than before. */
    record PolicyDefined(Policy policy) implements DefinitionRecord {
        public PolicyDefined {
            Objects.requireNonNull(policy, "policy");
        }
    }

    /** There is no policy of this name any more. */
    record PolicyDeleted(String name) implements DefinitionRecord {
        public PolicyDeleted {
            Objects.requireNonNull(name, "name");
        }
    }

    /** A divert exists from here on, or is another than before. */
    record DivertDefined(Divert divert) implements DefinitionRecord {
        public DivertDefined {
            Objects.requireNonNull(divert, "divert");
        }
    }

    /** There is no divert of this name any more. */
    record DivertDeleted(String name) implements DefinitionRecord {
        public DivertDeleted {
            Objects.requireNonNull(name, "name");
        }
    }

    /** There is no user of this name any more. */
    record UserDeleted(String name) implements DefinitionRecord {
        public UserDeleted {
            Objects.requireNonNull(name, "name");
        }
    }
}
