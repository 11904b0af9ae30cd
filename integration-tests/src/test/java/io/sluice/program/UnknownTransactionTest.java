package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transaction.Declare;
import org.apache.qpid.proton.amqp.transaction.Declared;
import org.apache.qpid.proton.amqp.transaction.Discharge;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Transactions that the program does not know: never declared, already discharged, or those of a broker before a restart. */
@Timeout(300)
final class UnknownTransactionTest {
    private static final Symbol UNKNOWN = Symbol.valueOf("amqp:transaction:unknown-id");

    @TempDir
    private Path folder;

    private int sent;

    private static void attach(FrameClient client, int handle, org.apache.qpid.proton.amqp.transport.Target target)
            throws IOException {
        Attach attach = new Attach();
        attach.setHandle(UnsignedInteger.valueOf(handle));
        attach.setName("link" + handle);
        attach.setRole(Role.SENDER);
        attach.setInitialDeliveryCount(UnsignedInteger.ZERO);
        Source source = new Source();
        source.setOutcomes(Accepted.DESCRIPTOR_SYMBOL, Rejected.DESCRIPTOR_SYMBOL);
        attach.setSource(source);
        attach.setTarget(target);
        client.send(attach, new byte[0]);
        client.next(Attach.class);
        client.next(Flow.class);
    }

    private DeliveryState answer(FrameClient client, int handle, DeliveryState state, Object body) throws IOException {
        org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
        message.setBody(new AmqpValue(body));
        byte[] encoded = new byte[1000];
        int length = message.encode(encoded, 0, encoded.length);
        Transfer transfer = new Transfer();
        transfer.setHandle(UnsignedInteger.valueOf(handle));
        transfer.setDeliveryId(UnsignedInteger.valueOf(sent));
        transfer.setDeliveryTag(new Binary(new byte[] {(byte) sent++}));
        transfer.setState(state);
        client.send(transfer, Arrays.copyOf(encoded, length));
        return client.next(Disposition.class).getState();
    }

    private static void isUnknown(DeliveryState state) {
        assertEquals(UNKNOWN, assertInstanceOf(Rejected.class, state).getError().getCondition());
    }

    private static Discharge discharge(Binary id) {
        Discharge discharge = new Discharge();
        discharge.setTxnId(id);
        return discharge;
    }

    @Test
    void a_transaction_nobody_declared_or_that_has_ended_is_refused_by_its_name() throws Exception {
        Path data = folder.resolve("data");
        Binary before;
        try (BrokerProcess broker = BrokerProcess.start(data);
                FrameClient client = new FrameClient(broker.port(), "transactions")) {
            attach(client, 0, new Coordinator());
            Target target = new Target();
            target.setAddress("orders");
            attach(client, 1, target);
            Binary id = assertInstanceOf(Declared.class, answer(client, 0, null, new Declare()))
                    .getTxnId();
            assertInstanceOf(Accepted.class, answer(client, 0, null, discharge(id)));
            isUnknown(answer(client, 0, null, discharge(id)));
            isUnknown(answer(client, 0, null, discharge(new Binary(new byte[] {1, 2, 3}))));
            TransactionalState in = new TransactionalState();
            in.setTxnId(id);
            isUnknown(answer(client, 1, in, "late"));
            before = assertInstanceOf(Declared.class, answer(client, 0, null, new Declare()))
                    .getTxnId();
            assertEquals(
                    "0",
                    Operator.of(broker)
                            .ok("queue", "list", "--json")
                            .replaceAll("(?s).*\"messages\":\\s*([0-9]+).*", "$1"));
            broker.kill();
        }
        try (BrokerProcess broker = BrokerProcess.start(data);
                FrameClient client = new FrameClient(broker.port(), "transactions")) {
            sent = 0;
            attach(client, 0, new Coordinator());
            isUnknown(answer(client, 0, null, discharge(before)));
        }
    }
}
