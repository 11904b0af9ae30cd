package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The bare message is its sender's: no byte of it is another one whatever way it took (AMQP 1.0 §3.2). */
@Timeout(300)
final class BareMessageTest {
    @TempDir
    private Path folder;

    @Test
    void it_is_the_same_as_a_dead_letter_and_back_and_behind_kill_9_at_each_step() throws Exception {
        Path data = folder.resolve("data");
        try (BrokerProcess broker = BrokerProcess.start(data);
                FrameClient client = new FrameClient(broker.port(), "signer")) {
            Operator.of(broker).ok("queue", "create", "signed", "--dead-letter-queue", "signed.dead");
            SignedMessage.send(client, "signed");
            broker.kill();
        }
        try (BrokerProcess broker = BrokerProcess.start(data);
                FrameClient client = new FrameClient(broker.port(), "signer")) {
            SignedMessage.reject(client, SignedMessage.isFirstOf(client, "signed", 0));
            // Which it is not given before that is in the journal.
            SignedMessage.isFirstOf(client, "signed.dead", 1);
            broker.kill();
        }
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            try (FrameClient client = new FrameClient(broker.port(), "signer")) {
                SignedMessage.isFirstOf(client, "signed.dead", 0);
                client.endInOrder();
            }
            String moved = Operator.of(broker).ok("queue", "redrive", "signed.dead");
            assertTrue(moved.startsWith("1 message"), moved);
            broker.kill();
        }
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            try (FrameClient client = new FrameClient(broker.port(), "signer")) {
                SignedMessage.isFirstOf(client, "signed", 0);
            }
            assertEquals(0, broker.stop());
        }
    }
}
