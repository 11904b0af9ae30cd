package io.sluice.storage.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.ResumableLink;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered.Remembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What tools find of deliveries whose senders have not settled them, also in a queue without a window. */
class ResumableDeliveriesInFolderTest {
    private static final ResumableLink LINK = ResumableLink.of("user", "container", "link");

    private final FolderState state = new FolderState();

    private void enqueue(int number) {
        Message message = new Message(new byte[] {0, 0x53, 0x75}, 0, Message.Header.DURABLE, Annotations.EMPTY);
        state.enqueued(new Enqueued(1, number, 1_000 + number, Message.NONE, 0, 0, key(number), message));
    }

    private static String key(int number) {
        return LINK.key(new byte[] {(byte) number});
    }

    @Test
    void theyAreFoundUntilTheirSendersSettleThem() {
        state.queueDeclared(new QueueDeclared(1, QueueDefinition.named("q"), 1));
        enqueue(1);
        enqueue(2);
        state.duplicatesRemembered(new DuplicatesRemembered(1, List.of(Remembered.forgotten(key(1)))));
        assertEquals(
                List.of(new Remembered(key(2), 1_002)), state.queues().get(1L).remembered());
    }
}
