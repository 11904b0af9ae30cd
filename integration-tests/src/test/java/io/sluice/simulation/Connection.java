package io.sluice.simulation;

import io.sluice.broker.shard.ShardMailbox;
import java.util.function.Consumer;

/** A client's way to one life of a member, and back: what is said in one direction arrives later, in order, or not at all. */
final class Connection {
    private static final long MOST_MICROS = 2_000;

    private final Life life;
    private final World world;
    private final Runnable onLoss;
    private long thereMicros;
    private long backMicros;
    private boolean over;

    Connection(Life life, World world, Runnable onLoss) {
        this.life = life;
        this.world = world;
        this.onLoss = onLoss;
        life.connected(this);
    }

    Life life() {
        return life;
    }

    void toShard(Consumer<ShardMailbox> command) {
        thereMicros = Math.max(thereMicros, world.nowMicros() + world.between(50, MOST_MICROS));
        life.after(thereMicros - world.nowMicros(), () -> command.accept(life.mailbox()));
    }

    /** What a listener was told goes to the client. */
    void toClient(Runnable news) {
        backMicros = Math.max(backMicros, world.nowMicros() + world.between(50, MOST_MICROS));
        world.after(backMicros - world.nowMicros(), () -> {
            if (!over) {
                news.run();
            }
        });
    }

    /** The other side is gone. */
    void lost() {
        toClient(() -> {
            over = true;
            onLoss.run();
        });
    }

    void close() {
        over = true;
        life.disconnected(this);
    }
}
