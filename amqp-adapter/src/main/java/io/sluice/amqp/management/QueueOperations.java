package io.sluice.amqp.management;

/** What can be done to queues. */
final class QueueOperations {
    private QueueOperations() {}

    static EntityType type(Queues queues, Configured configured) {
        return EntityType.of(
                QueueAttributes.TYPE,
                QueueAttributes.names(),
                new CreateQueue(queues, configured.template()),
                new ReadQueue(queues, configured.plain()),
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
