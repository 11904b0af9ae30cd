package io.sluice.amqp.management;

import java.util.List;

/** An operation that is one call. */
record SimpleOperation(String name, List<String> arguments, Action action) implements Operation {
    /** Answers now or later. */
    @FunctionalInterface
    interface Action {
        void run(ManagementRequest request, Answer answer) throws ManagementException;
    }

    @Override
    public void run(ManagementRequest request, Answer answer) throws ManagementException {
        action.run(request, answer);
    }
}
