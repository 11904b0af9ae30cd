package io.sluice.amqp;

import io.sluice.amqp.dialect.RabbitAddress;
import io.sluice.amqp.filter.SequenceFilter;
import io.sluice.broker.Message;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.shard.ShardMailbox;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.engine.Sender;

/** Messages of a queue that the link has named by their numbers. */
record FetchedNode(Source asked, SequenceFilter numbers) implements SourceNode {
    /** @throws IllegalArgumentException the link cannot be one that fetches; the text says why */
    static FetchedNode of(Sender link, Source asked, SequenceFilter numbers) {
        if (asked.getDynamic()) {
            throw new IllegalArgumentException("a queue that is made for the link has no messages to fetch");
        }
        if (Terminus.copies(asked)) {
            throw new IllegalArgumentException(
                    "who fetches messages by their numbers takes them: no distribution-mode copy");
        }
        if (link.getRemoteSenderSettleMode() == SenderSettleMode.SETTLED) {
            throw new IllegalArgumentException("messages that are fetched by their numbers are not sent settled");
        }
        return new FetchedNode(asked, numbers);
    }

    @Override
    public String address() {
        return RabbitAddress.nodeOf(asked.getAddress());
    }

    @Override
    public Optional<KeptTermini.Kept> kept(ShardMailbox shard, Consumer consumer) {
        return Optional.empty();
    }

    @Override
    public Optional<Predicate<Message>> filter() {
        return Optional.empty();
    }

    @Override
    public boolean copies() {
        return false;
    }

    @Override
    public boolean fetches() {
        return true;
    }

    @Override
    public void attach(ShardMailbox shard, Consumer consumer) {
        shard.attachFetching(consumer, numbers.numbers());
    }

    @Override
    public void detach(ShardMailbox shard, Consumer consumer, boolean closed) {
        shard.detach(consumer);
    }

    @Override
    public Source answer() {
        return Terminus.answer(asked, numbers.asked(), Optional.empty());
    }
}
