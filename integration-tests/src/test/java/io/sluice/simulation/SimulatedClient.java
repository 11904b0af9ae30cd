package io.sluice.simulation;

import java.util.Optional;

/** Somebody with one connection to whoever says to be the primary; when it is lost, another is looked for. */
abstract class SimulatedClient {
    private static final long LOOK_MICROS = 100_000;

    final Cluster cluster;
    final World world;
    final String name;
    /** Empty while there is none. */
    private Optional<Connection> connection = Optional.empty();

    private boolean ending;

    SimulatedClient(Cluster cluster, String name) {
        this.cluster = cluster;
        this.world = cluster.world();
        this.name = name;
        world.after(world.between(0, LOOK_MICROS), this::look);
        world.after(world.between(0, LOOK_MICROS), this::act);
    }

    private void look() {
        if (connection.isEmpty() && !(ending && isDone())) {
            cluster.serving().ifPresent(life -> {
                connection = Optional.of(new Connection(life, world, () -> {
                    connection = Optional.empty();
                    disconnected();
                }));
                connected(connection.get());
            });
        }
        world.after(world.between(LOOK_MICROS / 2, LOOK_MICROS), this::look);
    }

    private void act() {
        connection.ifPresent(this::act);
        world.after(world.between(5_000, 80_000), this::act);
    }

    /** Nothing new is begun from now on. */
    void end() {
        ending = true;
    }

    boolean isEnding() {
        return ending;
    }

    /** Gives the connection up. */
    void disconnect() {
        connection.ifPresent(Connection::close);
        connection = Optional.empty();
        disconnected();
    }

    abstract void connected(Connection now);

    abstract void disconnected();

    /** Does something now and then, while there is a connection. */
    abstract void act(Connection now);

    /** Whether nothing of it is under way. */
    abstract boolean isDone();
}
