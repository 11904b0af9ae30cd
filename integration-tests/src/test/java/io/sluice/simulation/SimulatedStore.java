package io.sluice.simulation;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.storage.mapdb.PagedMessageStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The real store, whose checkpoints and reads take their time in the world's. */
final class SimulatedStore implements MessageStore {
    private final PagedMessageStore store;
    private final MemberDisk disk;
    private final Life life;
    private final World world;
    private JournalPosition position = JournalPosition.START;
    private Optional<SteppedThread> checkpoint = Optional.empty();

    SimulatedStore(PagedMessageStore store, MemberDisk disk, Life life, World world) {
        this.store = store;
        this.disk = disk;
        this.life = life;
        this.world = world;
    }

    /** Of the last checkpoint. */
    JournalPosition position() {
        return position;
    }

    @Override
    public JournalPosition restore(Restored restored) throws StorageException {
        position = store.restore(restored);
        return position;
    }

    @Override
    public void checkpoint(CheckpointSource source, CheckpointListener listener) {
        SteppedThread thread = new SteppedThread();
        CheckpointListener noting = new CheckpointListener() {
            @Override
            public void completed(JournalPosition completed) {
                position = completed;
                checkpoint = Optional.empty();
                listener.completed(completed);
            }

            @Override
            public void failed(StorageException cause) {
                checkpoint = Optional.empty();
                listener.failed(cause);
            }
        };
        checkpoint = Optional.of(thread);
        life.after(world.between(1, 2_000), () -> {
            disk.writtenBy(Optional.of(new MemberDisk.Writer(life, thread)));
            thread.start(() -> store.checkpoint(new Waiting(source, thread), noting));
        });
    }

    /** The store waits for the shard's answers; the world does not wait for the store. */
    private final class Waiting implements CheckpointSource {
        private final CheckpointSource source;
        private final SteppedThread thread;

        private Waiting(CheckpointSource source, SteppedThread thread) {
            this.source = source;
            this.thread = thread;
        }

        @Override
        public void begin(Answer<Beginning> answer) {
            boolean[] given = {false};
            source.begin(value -> given(answer, value, given));
            await(given);
        }

        @Override
        public void next(int maxBytes, Answer<Slice> answer) {
            boolean[] given = {false};
            source.next(maxBytes, value -> given(answer, value, given));
            await(given);
        }

        private <T> void given(Answer<T> answer, T value, boolean[] given) {
            answer.answer(value);
            given[0] = true;
            life.after(world.between(1, 3_000), thread::resume);
        }

        private void await(boolean[] given) {
            while (!given[0]) {
                thread.await();
            }
        }

        @Override
        public void stored(List<Enqueued> messages, long page) {
            source.stored(messages, page);
        }
    }

    @Override
    public void hurry(boolean urgent) {
        store.hurry(urgent);
    }

    @Override
    public void forget(long page, int index) {
        store.forget(page, index);
    }

    @Override
    public void forgetPage(long page) {
        store.forgetPage(page);
    }

    @Override
    public void read(long page, PageListener listener) {
        life.after(world.between(100, 5_000), () -> store.read(page, listener));
    }

    @Override
    public List<Enqueued> readNow(long page) throws StorageException {
        return store.readNow(page);
    }

    /** The file of the last checkpoint, where none is being written. */
    Optional<byte[]> copy(UUID identity) throws StorageException {
        if (checkpoint.isPresent()) {
            return Optional.empty();
        }
        Path file = Path.of("data", "copy-" + position.index() + ".db");
        store.copy(position, file, identity);
        return Optional.of(disk.take(file));
    }

    /** The checkpoint that is being written comes to nothing. */
    void abandon() {
        checkpoint.ifPresent(SteppedThread::kill);
        checkpoint = Optional.empty();
        disk.writtenBy(Optional.empty());
    }

    @Override
    public void close() throws StorageException {
        abandon();
        store.close();
    }
}
