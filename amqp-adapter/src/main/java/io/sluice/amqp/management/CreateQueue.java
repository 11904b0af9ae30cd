package io.sluice.amqp.management;

import io.sluice.broker.QueueDefinition;
import java.util.List;
import java.util.function.Function;

/** CREATE: 201 with the queue, also when the very same queue was there before; 409 when another one of that name was. */
final class CreateQueue implements Operation {
    private final Queues queues;
    private final Function<String, QueueDefinition> template;

    CreateQueue(Queues queues, Function<String, QueueDefinition> template) {
        this.queues = queues;
        this.template = template;
    }

    @Override
    public String name() {
        return "CREATE";
    }

    @Override
    public List<String> arguments() {
        return QueueArguments.NAMES;
    }

    @Override
    public void run(ManagementRequest request, Answer answer) throws ManagementException {
        QueueDefinition definition =
                QueueOrigins.explicit(QueueArguments.apply(defaults(request.name()), request.body()), request.body());
        queues.owner(definition.name())
                .declare(
                        definition,
                        Queues.NO_BATCHES,
                        answer.then(
                                status -> answer.give(Status.CREATED, "Created", QueueAttributes.of(status, queues))));
    }

    private QueueDefinition defaults(String name) throws ManagementException {
        if (name.startsWith("$")) {
            throw ManagementException.badRequest("names that begin with $ are the broker's own");
        }
        try {
            return template.apply(name).withName(name);
        } catch (IllegalArgumentException e) {
            throw ManagementException.badRequest(e.getMessage());
        }
    }
}
