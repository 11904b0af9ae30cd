package io.sluice.amqp.servicebus;

import io.sluice.amqp.message.DuplicateId;
import io.sluice.amqp.message.IncomingMessage;
import io.sluice.amqp.message.MalformedMessageException;
import io.sluice.broker.Message;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.ProducerListener;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.security.Permissions.Action;
import io.sluice.broker.shard.Publish;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code schedule-message}: {@code messages}, each a map with an encoded {@code message} that says by {@code x-opt-scheduled-enqueue-time} when it is
 * to be delivered; all are taken or none. Answered with {@code sequence-numbers}, an array of longs.
 */
final class ScheduleMessage implements EntityOperation {
    private static final int MAX_MESSAGES = 1_000;

    private final Asker asker;

    ScheduleMessage(Asker asker) {
        this.asker = asker;
    }

    @Override
    public String name() {
        return "schedule-message";
    }

    @Override
    public Action action() {
        return Action.SEND;
    }

    @Override
    public void run(EntityRequest request, Entity entity, EntityAnswer answer) throws EntityException {
        String queue = entity.name();
        List<Publish> messages = new ArrayList<>();
        for (byte[] encoded : request.needMessages("messages", MAX_MESSAGES)) {
            messages.add(new Scheduled(queue, message(encoded, messages.size()), asker.container()));
        }
        Producer producer =
                new Producer(asker.thread(), new Heard(messages, answer), NodeKind.QUEUE, Optional.of(queue));
        asker.shard(queue).attach(producer);
        asker.shard(queue).publishAll(producer, messages);
        asker.shard(queue).detach(producer);
    }

    private Message message(byte[] encoded, int index) throws EntityException {
        try {
            return StoredMessages.of(IncomingMessage.parse(encoded, IncomingMessage.AMQP_FORMAT), asker.messageIds());
        } catch (MalformedMessageException e) {
            throw EntityException.badRequest("'messages[" + index + "].message' of the body: " + e.getMessage());
        }
    }

    private static final class Scheduled extends Publish {
        private final String container;

        Scheduled(String queue, Message message, String container) {
            super(queue, message);
            this.container = container;
        }

        @Override
        public String container() {
            return container;
        }

        @Override
        public String duplicateId(String property) {
            return DuplicateId.of(message(), property);
        }
    }

    /** Answers when it is known of all. They come together, so one refusal is that of all. */
    private final class Heard implements ProducerListener {
        private final List<Publish> messages;
        private final EntityAnswer answer;
        private int unheard;

        Heard(List<Publish> messages, EntityAnswer answer) {
            this.messages = messages;
            this.answer = answer;
            this.unheard = messages.size();
        }

        @Override
        public void attached() {}

        @Override
        public void closed(Refusal refusal) {}

        @Override
        public void accepted(Publish publish) {
            if (--unheard == 0) {
                Long[] numbers = messages.stream().map(Publish::sequence).toArray(Long[]::new);
                asker.thread().call(() -> answer.ok(Map.of("sequence-numbers", numbers)));
            }
        }

        @Override
        public void refused(Publish publish, Refusal refusal) {
            if (--unheard == 0) {
                asker.thread().call(() -> answer.refuse(EntityException.of(refusal)));
            }
        }

        @Override
        public void creditOpen(boolean open, String reason) {}
    }
}
