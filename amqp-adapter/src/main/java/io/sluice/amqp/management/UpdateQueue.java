package io.sluice.amqp.management;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.queue.Pause;
import io.sluice.broker.shard.QueueChange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * UPDATE: 200 with the queue as it is then. Only attributes in the body change; a null takes a limit or a name away. What cannot
 * change while the queue is there is answered with 409, and nothing changes.
 */
final class UpdateQueue implements Operation {
    private static final String PAUSED = "paused";
    private static final String INTAKE_PAUSED = "intakePaused";

    private final Queues queues;

    UpdateQueue(Queues queues) {
        this.queues = queues;
    }

    @Override
    public String name() {
        return "UPDATE";
    }

    @Override
    public List<String> arguments() {
        List<String> all = new ArrayList<>(QueueArguments.NAMES);
        all.add(PAUSED);
        all.add(INTAKE_PAUSED);
        return all;
    }

    @Override
    public void run(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        Map<Object, Object> settings = new LinkedHashMap<>(request.body());
        Pause pause = new Pause(flag(settings, PAUSED), flag(settings, INTAKE_PAUSED));
        if (settings.isEmpty() && pause.equals(Pause.AS_IT_IS)) {
            throw ManagementException.badRequest("the body names no attribute to change");
        }
        QueueArguments.checkNames(settings, "to change");
        queues.owner(name)
                .update(
                        name,
                        new QueueChange(is -> changed(is, settings), pause),
                        Queues.NO_BATCHES,
                        answer.then(status -> answer.give(Status.OK, "OK", QueueAttributes.of(status, queues))));
    }

    private static QueueDefinition changed(QueueDefinition is, Map<?, ?> settings) {
        try {
            return QueueOrigins.explicit(QueueArguments.over(is, settings), settings);
        } catch (ManagementException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static Optional<Boolean> flag(Map<Object, Object> settings, String name) throws ManagementException {
        Object value = settings.remove(name);
        if (value != null && !(value instanceof Boolean)) {
            throw ManagementException.badRequest("attribute '" + name + "' is no boolean");
        }
        return Optional.ofNullable((Boolean) value);
    }
}
