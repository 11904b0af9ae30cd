package io.sluice.storage.raft;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.PeekedMessage;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.ProducerListener;
import io.sluice.broker.port.Reply;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.record.DefinitionRecord.UserDefined;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.RecordVisitor;
import io.sluice.broker.security.User;
import io.sluice.broker.shard.Publish;
import io.sluice.broker.shard.Shard;
import io.sluice.broker.shard.ShardLimits;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardSetup;
import io.sluice.storage.Disk;
import io.sluice.storage.FileDisk;
import io.sluice.storage.RecordingMetrics;
import io.sluice.storage.ShardNumber;
import io.sluice.storage.mapdb.StoreLimits;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A member of a group in this JVM: a shard over a replicated journal, opened again whenever its life ends without a failure. */
final class TestNode {
    static final String QUEUE = "q";
    private static final int BODY_BYTES = 1024;
    /** Longer than by default: several nodes share one process here, and that a machine with other work. */
    private static final RaftSettings.Timing TIMING = new RaftSettings.Timing(1_000, 2_000);

    private static final Client NOBODY = () -> {};

    private final RaftMember self;
    private final List<RaftMember> founders;
    private final Path folder;
    private final Part part;
    private final boolean alone;
    private final Promises promises = new Promises(TIMING);
    private final RecordingMetrics metrics = new RecordingMetrics();
    private final Thread lives = new Thread(this::live);
    private Life life;
    private int begun;
    private int ended;
    private boolean closing;
    private Throwable failure;

    /** From one opening of the data folder to the next. */
    private static final class Life {
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final CompletableFuture<Throwable> end = new CompletableFuture<>();
        private ReplicatedStorage storage;
        private ShardMailbox shard;
        private boolean primary;
    }

    /** One of several shards of a node. */
    record Part(ShardNumber shard, ReplicaServer server, Disk disk) {
        Part(ShardNumber shard, ReplicaServer server) {
            this(shard, server, new FileDisk());
        }

        /** Of any shard. */
        static ReplicaServer server(RaftMember self, Path folder) throws StorageException {
            RaftSettings settings = settings(group(0), self, List.of(), folder);
            return ReplicaServer.open(settings, List.of(settings.folder()));
        }

        static UUID group(int shard) {
            return UUID.nameUUIDFromBytes(new byte[] {7, (byte) shard});
        }
    }

    /** With one shard. */
    static TestNode start(RaftMember self, List<RaftMember> founders, Path folder) throws StorageException {
        return start(self, founders, folder, new FileDisk());
    }

    /** With one shard. */
    static TestNode start(RaftMember self, List<RaftMember> founders, Path folder, Disk disk) throws StorageException {
        Part only = new Part(ShardNumber.ONLY, Part.server(self, folder), disk);
        return new TestNode(self, founders, folder, only, true).start();
    }

    /** One of the shards of a node; whoever opened the server closes it. */
    TestNode(RaftMember self, List<RaftMember> founders, Path folder, Part part) {
        this(self, founders, folder, part, false);
    }

    private TestNode(RaftMember self, List<RaftMember> founders, Path folder, Part part, boolean alone) {
        this.part = part;
        this.alone = alone;
        this.self = self;
        this.founders = founders;
        this.folder = folder;
    }

    TestNode start() {
        lives.start();
        return this;
    }

    String id() {
        return self.id();
    }

    /** What it tells about its replication. */
    double meter(String name) {
        return metrics.value("sluice.replication." + name);
    }

    private void live() {
        try {
            while (oneLife()) {
                // the next
            }
        } catch (Exception e) {
            fail(e);
        }
    }

    private synchronized void fail(Throwable cause) {
        if (!closing) {
            failure = cause;
        }
        notifyAll();
    }

    private static RaftSettings settings(UUID group, RaftMember self, List<RaftMember> founders, Path folder) {
        return new RaftSettings(
                group,
                self,
                founders,
                folder.resolve("raft"),
                TIMING,
                new RaftSettings.Limits(8 << 20, 1 << 30, 1, 4 << 20),
                RaftSettings.Sync.DISK);
    }

    private ReplicatedStorage open() throws StorageException {
        ShardNumber shard = part.shard();
        return ReplicatedStorage.open(
                part.disk(),
                folder,
                shard,
                Part::group,
                settings(Part.group(shard.index()), self, founders, folder),
                part.server(),
                StoreLimits.DEFAULT,
                metrics,
                promises);
    }

    /** @return whether there is to be another */
    private boolean oneLife() throws Exception {
        Life next = new Life();
        next.storage = open();
        synchronized (this) {
            if (closing) {
                // Nobody would close this one: close() saw the life before.
                next.storage.close();
                next.thread.shutdown();
                return false;
            }
            life = next;
            begun++;
        }
        Throwable cause;
        try {
            next.shard = Shard.recover(new ShardSetup(
                            next.thread,
                            System::currentTimeMillis,
                            new Watched(next),
                            next.storage.store(),
                            ShardLimits.ofMemory(64 << 20),
                            name -> Optional.of(QueueDefinition.named(name)),
                            next.end::complete))
                    .mailbox();
            synchronized (this) {
                notifyAll();
                if (closing) {
                    next.end.complete(new ReplicaRestart("closed"));
                }
            }
            cause = next.end.get();
        } catch (ReplicaRestart e) {
            cause = e;
        }
        synchronized (this) {
            next.primary = false;
            ended++;
        }
        next.storage.close();
        next.thread.shutdown();
        if (cause instanceof ReplicaRestart) {
            synchronized (this) {
                return !closing;
            }
        }
        throw new IllegalStateException(cause);
    }

    /** Hears of the role before the shard does. */
    private final class Watched implements Journal {
        private final Life of;
        private final Journal journal;

        private Watched(Life of) {
            this.of = of;
            this.journal = of.storage.journal();
        }

        @Override
        public JournalPosition open(JournalPosition after, RecordVisitor replay, Listener listener)
                throws StorageException {
            return journal.open(after, replay, new Listener() {
                @Override
                public void replayed(JournalPosition position) throws StorageException {
                    listener.replayed(position);
                }

                @Override
                public void committed(int batches, JournalPosition position) {
                    listener.committed(batches, position);
                }

                @Override
                public void replicated(List<JournalRecord> records, JournalPosition position, Runnable applied) {
                    listener.replicated(records, position, applied);
                }

                @Override
                public void becamePrimary(long epoch) {
                    listener.becamePrimary(epoch);
                    synchronized (TestNode.this) {
                        of.primary = true;
                        TestNode.this.notifyAll();
                    }
                }

                @Override
                public void failed(StorageException cause) {
                    listener.failed(cause);
                }

                @Override
                public void checkpointWanted(boolean urgent) {
                    listener.checkpointWanted(urgent);
                }

                @Override
                public void roomLow(boolean low, String reason) {
                    listener.roomLow(low, reason);
                }
            });
        }

        @Override
        public boolean decidesAtOnce() {
            return journal.decidesAtOnce();
        }

        @Override
        public boolean mayServe() {
            return journal.mayServe();
        }

        @Override
        public void append(List<JournalRecord> batch) {
            journal.append(batch);
        }

        @Override
        public int maxBatchBytes() {
            return journal.maxBatchBytes();
        }

        @Override
        public void checkpointed(JournalPosition position) {
            journal.checkpointed(position);
        }

        @Override
        public void close() throws StorageException {
            journal.close();
        }
    }

    synchronized boolean isPrimary() {
        return life != null && life.primary && life.shard != null;
    }

    /** How often the data folder was opened. */
    synchronized int livesBegun() {
        return begun;
    }

    /** How often it was to be closed again. */
    synchronized int livesEnded() {
        return ended;
    }

    synchronized Throwable failure() {
        return failure;
    }

    private synchronized ShardMailbox shard() throws InterruptedException {
        while (life == null || life.shard == null) {
            if (failure != null) {
                throw new AssertionError(failure);
            }
            wait();
        }
        return life.shard;
    }

    synchronized ReplicaAdministration administration() throws InterruptedException {
        shard();
        return life.storage.journal().administration().orElseThrow();
    }

    /** Publishes messages with these numbers; returns when all are accepted. */
    void publish(int first, int count) throws Exception {
        publish(shard(), first, count);
    }

    /** As {@link #publish(int, int)}, to any shard. */
    static void publish(ShardMailbox shard, int first, int count) throws Exception {
        CompletableFuture<Void> all = new CompletableFuture<>();
        int[] left = {count};
        ProducerListener listener = new ProducerListener() {
            @Override
            public void accepted(Publish publish) {
                if (--left[0] == 0) {
                    all.complete(null);
                }
            }

            @Override
            public void refused(Publish publish, Refusal refusal) {
                all.completeExceptionally(new AssertionError(refusal.text()));
            }

            @Override
            public void closed(Refusal refusal) {
                all.completeExceptionally(new AssertionError(refusal.text()));
            }

            @Override
            public void attached() {}

            @Override
            public void creditOpen(boolean open, String reason) {}
        };
        Producer producer = new Producer(NOBODY, listener, Optional.of(QUEUE));
        shard.attach(producer);
        for (int i = 0; i < count; i++) {
            byte[] body = new byte[BODY_BYTES];
            ByteBuffer.wrap(body).putInt(first + i);
            shard.publish(
                    producer, new Publish(QUEUE, new Message(body, 0, Message.Header.DURABLE, Annotations.EMPTY)));
        }
        all.get(120, TimeUnit.SECONDS);
    }

    JournalPosition checkpoint() throws Exception {
        CompletableFuture<JournalPosition> done = new CompletableFuture<>();
        shard().checkpoint(reply(done));
        return done.get(30, TimeUnit.SECONDS);
    }

    /** A checkpoint's copy, as a closed node has it that received it a moment before its end. */
    void sendCheckpoint(TestNode closed) throws Exception {
        UUID group = Part.group(part.shard().index());
        JournalPosition position = checkpoint();
        Path replica = closed.folder.resolve("raft").resolve(group.toString());
        Path copy = StoreSnapshots.adoptable(replica, position);
        synchronized (this) {
            life.storage.store().copy(position, copy, group);
        }
        StoreSnapshots.marked(copy);
    }

    void define(String user) throws Exception {
        CompletableFuture<Definitions> done = new CompletableFuture<>();
        User defined = new User(user, Optional.empty(), false, Optional.empty());
        shard().define(are -> new UserDefined(defined), NOBODY, reply(done));
        done.get(30, TimeUnit.SECONDS);
    }

    Set<String> users() throws Exception {
        return shard().definitions().users().keySet();
    }

    long messages() throws Exception {
        CompletableFuture<List<QueueStatus>> status = new CompletableFuture<>();
        shard().list(NOBODY, reply(status));
        return status.get(30, TimeUnit.SECONDS).stream()
                .mapToLong(QueueStatus::messages)
                .sum();
    }

    /** The numbers of the messages, in their order. */
    List<Integer> numbers(int count) throws Exception {
        CompletableFuture<PeekedMessage.Some> some = new CompletableFuture<>();
        shard().peek(QUEUE, new PeekedMessage.Range(1, count, Integer.MAX_VALUE), NOBODY, reply(some));
        List<Integer> numbers = new ArrayList<>();
        for (PeekedMessage message : some.get(30, TimeUnit.SECONDS).messages()) {
            numbers.add(
                    ByteBuffer.wrap(message.message().orElseThrow().encoded()).getInt());
        }
        return numbers;
    }

    static <T> Reply<T> reply(CompletableFuture<T> answer) {
        return new Reply<>() {
            @Override
            public void done(T value) {
                answer.complete(value);
            }

            @Override
            public void refused(Refusal refusal) {
                answer.completeExceptionally(new AssertionError(refusal.text()));
            }
        };
    }

    void close() throws Exception {
        Life last;
        synchronized (this) {
            closing = true;
            last = life;
        }
        if (last != null) {
            last.end.complete(new ReplicaRestart("closed"));
            last.storage.journal().close();
        }
        lives.join();
        if (alone) {
            part.server().close();
        }
    }
}
