package io.sluice.amqp.management;

import io.sluice.broker.QueueDefinition;
import java.util.function.Function;

/** What can be done to queues. */
final class QueueOperations {
    private QueueOperations() {}

    static EntityType type(Queues queues, Function<String, QueueDefinition> template) {
        return EntityType.of(
                QueueAttributes.TYPE,
                QueueAttributes.names(),
                new CreateQueue(queues, template),
                new ReadQueue(queues),
                new UpdateQueue(queues),
                new DeleteQueue(queues),
                new PurgeQueue(queues),
                new DeleteMessages(queues),
                MoveMessages.move(queues),
                MoveMessages.redrive(queues),
                new PeekMessages(queues),
                new ListScheduled(queues),
                CancelScheduled.cancel(queues),
                CancelScheduled.release(queues),
                new ExplainQueue(queues));
    }
}
