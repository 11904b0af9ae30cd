package io.sluice.amqp.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.sluice.broker.Message;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Who has no message-id gets one, and nothing else changes, as proton-j reads it. */
class GivenMessageIdTest {
    @Provide
    Arbitrary<org.apache.qpid.proton.message.Message> messages() {
        return ProtonMessages.any();
    }

    @Property(tries = 400)
    void nothingElseChanges(@ForAll("messages") org.apache.qpid.proton.message.Message sent) throws Exception {
        Message message = IncomingMessage.parse(ProtonMessages.encode(sent), 0);
        Message given = GivenMessageId.with(message, "given");
        if (sent.getMessageId() != null) {
            assertSame(message, given);
            return;
        }
        sent.setMessageId("given");
        assertArrayEquals(ProtonMessages.encode(sent), ProtonMessages.encode(ProtonMessages.decode(given.encoded())));
    }

    @Example
    void ofAnotherFormatNothingIsKnown() throws Exception {
        Message message = IncomingMessage.parse(new byte[] {1, 2, 3}, 7);
        assertSame(message, GivenMessageId.with(message, "given"));
    }
}
