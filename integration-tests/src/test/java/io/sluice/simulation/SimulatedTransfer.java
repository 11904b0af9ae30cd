package io.sluice.simulation;

import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.shard.AtomicBatch;
import io.sluice.broker.shard.Publish;
import java.util.ArrayList;
import java.util.List;

/** Takes a message and sends a few others for it, in one transaction. */
final class SimulatedTransfer extends SimulatedConsumer {
    private long numbers;

    SimulatedTransfer(Cluster cluster, String name, String queue) {
        super(cluster, name, queue, 2);
    }

    @Override
    void got(Link its, Delivery delivery) {
        List<Publish> sends = new ArrayList<>();
        String transaction = name + "." + numbers++;
        long parts = world.between(1, 3);
        for (long i = 0; i < parts; i++) {
            String target = world.chance(50) ? History.PRIORITIES : History.FIFO;
            sends.add(new Publish(target, Texts.message(transaction + "-" + i, world.random.nextInt(10))));
        }
        AtomicBatch batch = new AtomicBatch(sends, List.of(new AtomicBatch.Settlement(delivery, Outcome.ACCEPTED)));
        cluster.history().began(transaction, sends.size(), queue(), delivery);
        cluster.history().saidAccepted(Texts.id(delivery.message()));
        its.noting(delivery, Outcome.ACCEPTED);
        its.connection.toShard(mailbox -> mailbox.commit(batch, () -> {}, new Reply<>() {
            @Override
            public void done(AtomicBatch committed) {
                cluster.history().committed(transaction);
            }

            @Override
            public void refused(Refusal refusal) {
                its.connection.toClient(() -> {
                    if (its.isCurrent()) {
                        its.settle(delivery, Outcome.RELEASED);
                    }
                });
            }
        }));
    }
}
