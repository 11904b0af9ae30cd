package io.sluice.amqp.management;

import java.util.List;
import java.util.Optional;

/**
 * EXPLAIN: 200 with why the queue gives out messages or none, and to whom; with {@code sequence}, why that message is or is not
 * on its way. See {@link Explained}.
 */
final class ExplainQueue implements Operation {
    private final Queues queues;

    ExplainQueue(Queues queues) {
        this.queues = queues;
    }

    @Override
    public String name() {
        return "EXPLAIN";
    }

    @Override
    public List<String> arguments() {
        return List.of("sequence");
    }

    @Override
    public void run(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        Optional<Long> sequence = request.numberArgument("sequence", 1);
        if (sequence.isPresent()) {
            queues.owner(name)
                    .explainMessage(
                            name,
                            sequence.get(),
                            Queues.NO_BATCHES,
                            answer.then(why -> answer.give(Status.OK, "OK", Explained.message(why))));
        } else {
            queues.owner(name)
                    .explain(
                            name,
                            Queues.NO_BATCHES,
                            answer.then(why -> answer.give(Status.OK, "OK", Explained.queue(why))));
        }
    }
}
