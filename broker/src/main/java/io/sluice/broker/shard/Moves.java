package io.sluice.broker.shard;

import io.sluice.broker.Refusal;
import io.sluice.broker.port.Reply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The moves of a shard that go on, and the last that ended. Shard's thread only. */
final class Moves {
    private static final int MAX_RUNNING = 100;
    /** Of those that ended, so many are remembered. */
    private static final int MAX_ENDED = 100;

    private final ShardMailbox mailbox;
    private final ShardPlace place;
    private final Map<Long, MessageMove> running = new LinkedHashMap<>();
    private final Map<Long, MoveStatus> ended = new LinkedHashMap<>();
    private long started;

    Moves(ShardMailbox mailbox, ShardPlace place) {
        this.mailbox = mailbox;
        this.place = place;
    }

    /** One that no other shard gives. */
    private long newId() {
        return 1 + place.index() + (long) place.placement().shards() * started++;
    }

    /**
     * @param started hears when it goes on, or why it does not: then nothing else comes
     * @param end hears how it ended
     */
    void start(MoveRequest request, Reply<MoveStatus> started, Reply<MoveStatus> end, long nowMillis) {
        if (request.to().isPresent() && request.to().get().equals(request.from())) {
            started.refused(
                    Refusal.of(Refusal.Kind.INVALID_FIELD, "queue '" + request.from() + "' is moved to itself"));
        } else if (running.size() == MAX_RUNNING) {
            started.refused(Refusal.of(
                    Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, MAX_RUNNING + " moves go on already; wait or stop one"));
        } else {
            long id = newId();
            MessageMove move = new MessageMove(mailbox, id, request, new MessageMove.Listener() {
                @Override
                public void started(MoveStatus status) {
                    started.done(status);
                }

                @Override
                public void notStarted(Refusal refusal) {
                    running.remove(id);
                    started.refused(refusal);
                }

                @Override
                public void ended(MoveStatus status) {
                    running.remove(id);
                    remember(status);
                    end.done(status);
                }
            });
            running.put(id, move);
            move.start(nowMillis);
        }
    }

    private void remember(MoveStatus status) {
        ended.put(status.id(), status);
        if (ended.size() > MAX_ENDED) {
            ended.remove(ended.keySet().iterator().next());
        }
    }

    /** @return whether it went on until now; what it has begun is ended first */
    boolean stop(long id) {
        MessageMove move = running.get(id);
        if (move == null) {
            return false;
        }
        move.stop();
        return true;
    }

    /** Those that go on, behind those that ended. */
    List<MoveStatus> all() {
        List<MoveStatus> all = new ArrayList<>(ended.values());
        running.values().forEach(move -> all.add(move.status()));
        return all;
    }

    /** Time has passed: those with a rate may go on. */
    void tick(long nowMillis) {
        if (!running.isEmpty()) {
            List.copyOf(running.values()).forEach(move -> move.tick(nowMillis));
        }
    }
}
