package io.sluice.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.LargeBody;
import io.sluice.broker.Message;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.MessageStore.Slice;
import io.sluice.broker.port.MessageStore.StoredPage;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.Returned;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link MessageStore} keeps to. */
public abstract class MessageStoreContract {
    private final Random random = new Random(1);
    private MessageStore store;
    private Found found;
    private long index;

    /** The store as the last one closed left it; the first one is new. */
    protected abstract MessageStore open() throws StorageException;

    /** Whether checkpoints fail from now on. */
    protected abstract void failing(boolean failing);

    private static final class Found implements MessageStore.Restored {
        private final List<QueueDeclared> queues = new ArrayList<>();
        private final List<StoredPage> pages = new ArrayList<>();
        private final List<JournalRecord> records = new ArrayList<>();
        private JournalPosition position;

        @Override
        public void queue(QueueDeclared queue) {
            assertTrue(pages.isEmpty() && records.isEmpty(), "queues come first");
            queues.add(queue);
        }

        @Override
        public void page(StoredPage page) {
            assertTrue(records.isEmpty(), "records come last");
            pages.add(page);
        }

        @Override
        public void record(JournalRecord record) {
            records.add(record);
        }
    }

    /** Gives these slices, one after the other; keeps the pages it is told of. */
    private class Source implements MessageStore.CheckpointSource {
        private final List<Slice> slices;
        private final Map<Long, List<Enqueued>> pages = new LinkedHashMap<>();
        private List<JournalRecord> records = List.of();
        private Runnable afterBegin = () -> {};
        private int next;

        private Source(Slice... slices) {
            this.slices = Arrays.asList(slices);
        }

        @Override
        public void begin(MessageStore.Answer<MessageStore.Beginning> answer) {
            answer.answer(new MessageStore.Beginning(
                    new JournalPosition(1, ++index), List.of(Workload.queue(1), Workload.queue(2)), records));
            afterBegin.run();
        }

        @Override
        public void next(int maxBytes, MessageStore.Answer<Slice> answer) {
            assertTrue(maxBytes > 0);
            answer.answer(next < slices.size() ? slices.get(next++) : Slice.END);
        }

        @Override
        public void stored(List<Enqueued> messages, long page) {
            assertTrue(page > MessageStore.NO_PAGE);
            assertNull(pages.put(page, List.copyOf(messages)), "a number given twice");
        }

        private long page() {
            assertEquals(1, pages.size());
            return pages.keySet().iterator().next();
        }
    }

    @BeforeEach
    void openStore() throws StorageException {
        store = open();
        found = new Found();
        found.position = store.restore(found);
    }

    @AfterEach
    void closeStore() throws StorageException {
        store.close();
    }

    private void reopen() throws StorageException {
        store.close();
        openStore();
    }

    /** @return whether it completed */
    private boolean checkpoint(Source source) {
        CompletableFuture<Boolean> told = new CompletableFuture<>();
        store.checkpoint(source, new MessageStore.CheckpointListener() {
            @Override
            public void completed(JournalPosition position) {
                assertEquals(index, position.index());
                assertTrue(told.complete(true), "told twice");
            }

            @Override
            public void failed(StorageException cause) {
                assertTrue(told.complete(false), "told twice");
            }
        });
        return told.join();
    }

    private Source stored(Slice... slices) {
        Source source = new Source(slices);
        assertTrue(checkpoint(source));
        return source;
    }

    private List<Enqueued> read(long page) throws StorageException {
        CompletableFuture<List<Enqueued>> told = new CompletableFuture<>();
        store.read(page, new MessageStore.PageListener() {
            @Override
            public void loaded(List<Enqueued> messages) {
                assertTrue(told.complete(messages), "told twice");
            }

            @Override
            public void failed(StorageException cause) {
                assertTrue(told.completeExceptionally(cause), "told twice");
            }
        });
        try {
            return told.join();
        } catch (java.util.concurrent.CompletionException e) {
            throw (StorageException) e.getCause();
        }
    }

    private Slice slice(long queue, int level, long... sequences) {
        return new Slice(
                level,
                LongStream.of(sequences)
                        .mapToObj(sequence -> Workload.message(queue, sequence, random.nextInt(100), random))
                        .toList());
    }

    private static long[] range(long first, int count) {
        return LongStream.range(first, first + count).toArray();
    }

    private static void assertSame(List<Enqueued> expected, List<Enqueued> read) {
        assertEquals(expected.size(), read.size());
        for (int i = 0; i < expected.size(); i++) {
            Enqueued one = expected.get(i);
            Enqueued other = read.get(i);
            assertEquals(one.sequence(), other.sequence());
            assertEquals(one.queueId(), other.queueId());
            assertEquals(one.expiresAtMillis(), other.expiresAtMillis());
            assertEquals(one.deliverAtMillis(), other.deliverAtMillis());
            assertArrayEquals(one.message().encoded(), other.message().encoded());
        }
    }

    @Test
    void aNewStoreIsEmpty() throws Exception {
        assertEquals(JournalPosition.START, found.position);
        reopen();
        assertEquals(JournalPosition.START, found.position);
        assertTrue(found.queues.isEmpty() && found.pages.isEmpty() && found.records.isEmpty());
    }

    @Test
    void aPageComesBackWithoutItsMessages() throws Exception {
        Slice slice = slice(2, 7, range(10, 40));
        Source source = stored(slice);
        long page = source.page();
        assertSame(slice.messages(), read(page));
        reopen();
        assertEquals(new JournalPosition(1, 1), found.position);
        assertEquals(List.of(Workload.queue(1), Workload.queue(2)), found.queues);
        assertEquals(1, found.pages.size());
        StoredPage back = found.pages.get(0);
        assertEquals(page, back.page());
        assertEquals(2, back.queueId());
        assertEquals(7, back.level());
        assertArrayEquals(range(10, 40), back.sequences());
        assertNull(back.live());
        assertEquals(
                slice.messages().stream().mapToLong(m -> m.message().size()).sum(), back.bytes());
        assertEquals(1_000_000 - 48, back.soonestExpiryMillis());
        assertEquals(0, back.firstDeliveryMillis());
        assertEquals(2_045, back.lastDeliveryMillis());
        assertNull(back.largeBodies());
        assertSame(slice.messages(), store.readNow(page));
        assertSame(slice.messages(), read(page));
    }

    @Test
    void whatAPageNeedNotHaveIsSaid() throws Exception {
        stored(slice(1, 0, 1, 2), slice(1, 0, 5));
        reopen();
        StoredPage never = found.pages.get(0);
        assertEquals(Message.NONE, never.soonestExpiryMillis());
        assertEquals(0, never.lastDeliveryMillis());
        StoredPage later = found.pages.get(1);
        assertEquals(2_005, later.firstDeliveryMillis());
        assertEquals(2_005, later.lastDeliveryMillis());
    }

    @Test
    void sequencesMayHaveAnyGaps() throws Exception {
        long[] wide = range(1, MessageStore.MAX_PAGE_MESSAGES);
        for (int i = 1; i < wide.length; i++) {
            wide[i] = wide[i - 1] + 1 + (i % 3 == 0 ? random.nextInt(1 << (i % 30)) : 0);
        }
        wide[wide.length - 1] = Long.MAX_VALUE - 1;
        long[] few = {3, 4, 5, 9, Long.MAX_VALUE};
        long[] every2nd = LongStream.range(0, 600).map(i -> i * 2 + 1).toArray();
        Slice first = slice(1, 0, wide);
        Slice second = slice(1, 1, few);
        Slice third = slice(2, 1, every2nd);
        Source source = stored(first, second, third);
        reopen();
        List<long[]> back = new ArrayList<>();
        for (StoredPage page : found.pages) {
            back.add(page.sequences());
            assertSame(source.pages.get(page.page()), store.readNow(page.page()));
        }
        long[] all = back.stream().flatMapToLong(LongStream::of).toArray();
        assertArrayEquals(
                LongStream.concat(LongStream.of(wide), LongStream.concat(LongStream.of(few), LongStream.of(every2nd)))
                        .toArray(),
                all);
    }

    @Test
    void messagesOfEverySizeAreReadAgain() throws Exception {
        List<Enqueued> messages = new ArrayList<>();
        long sequence = 1;
        for (int bytes : new int[] {0, 1, 4_000, 65_300, 65_400, 65_500, 131_000, 300_000, 5, 2_000_000, 7, 8}) {
            messages.add(Workload.message(1, sequence++, bytes, random));
        }
        Source source = stored(new Slice(3, messages));
        List<Enqueued> told = new ArrayList<>();
        source.pages.values().forEach(told::addAll);
        assertEquals(messages, told);
        reopen();
        List<Enqueued> read = new ArrayList<>();
        for (StoredPage page : found.pages) {
            assertEquals(3, page.level());
            read.addAll(read(page.page()));
        }
        assertSame(messages, read);
    }

    @Test
    void whatIsForgottenBeforeACheckpointBeginsIsLeftOut() throws Exception {
        long page = stored(slice(1, 0, range(1, 70))).page();
        store.forget(page, 0);
        store.forget(page, 66);
        Source second = new Source();
        second.afterBegin = () -> store.forget(page, 1);
        assertTrue(checkpoint(second));
        assertEquals(70, read(page).size());
        reopen();
        assertEquals(70, found.pages.get(0).sequences().length);
        assertArrayEquals(new long[] {~1L, 0b111011}, found.pages.get(0).live());
        assertEquals(70, read(page).size());
    }

    @Test
    void whatIsForgottenLaterBelongsToTheNextCheckpoint() throws Exception {
        long page = stored(slice(1, 0, range(1, 3))).page();
        Source second = new Source();
        second.afterBegin = () -> store.forget(page, 1);
        assertTrue(checkpoint(second));
        stored();
        reopen();
        assertArrayEquals(new long[] {0b101}, found.pages.get(0).live());
    }

    @Test
    void aPageIsGoneWhenAllOfItIsForgotten() throws Exception {
        Source source = stored(slice(1, 0, range(1, 3)), slice(1, 1, range(4, 3)), slice(2, 0, range(1, 3)));
        List<Long> pages = List.copyOf(source.pages.keySet());
        for (int i = 2; i >= 0; i--) {
            store.forget(pages.get(0), i);
        }
        store.forget(pages.get(1), 1);
        store.forgetPage(pages.get(1));
        store.forget(pages.get(1), 2);
        stored();
        assertThrows(StorageException.class, () -> read(pages.get(0)));
        assertThrows(StorageException.class, () -> store.readNow(pages.get(1)));
        reopen();
        assertEquals(1, found.pages.size());
        assertEquals(pages.get(2), found.pages.get(0).page());
    }

    @Test
    void aNumberSpeaksOfOnePageOnly() throws Exception {
        long first = stored(slice(1, 0, range(1, 3))).page();
        store.forgetPage(first);
        long second = stored(slice(1, 0, range(4, 3))).page();
        assertNotEquals(first, second);
        store.forgetPage(first);
        stored();
        assertEquals(4, read(second).get(0).sequence());
        assertThrows(StorageException.class, () -> read(first));
        reopen();
        assertEquals(1, found.pages.size());
    }

    @Test
    void pagesComeOldestFirst() throws Exception {
        List<Long> order = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Source source = stored(slice(1, 0, range(1 + i * 3, 3)), slice(2, 0, range(1 + i * 3, 3)));
            order.addAll(source.pages.keySet());
            if (i % 3 == 2) {
                store.forgetPage(order.remove(1));
                store.forgetPage(order.remove(2));
            }
        }
        stored();
        reopen();
        assertEquals(order, found.pages.stream().map(StoredPage::page).toList());
    }

    @Test
    void aPageOfACheckpointUnderWayMayBeRead() throws Exception {
        List<CompletableFuture<List<Enqueued>>> reads = new ArrayList<>();
        Slice slice = slice(1, 0, range(1, 30));
        Source source = new Source(slice, slice(2, 0, range(1, 30))) {
            @Override
            public void stored(List<Enqueued> messages, long page) {
                super.stored(messages, page);
                CompletableFuture<List<Enqueued>> read = new CompletableFuture<>();
                reads.add(read);
                store.read(page, new MessageStore.PageListener() {
                    @Override
                    public void loaded(List<Enqueued> found) {
                        read.complete(found);
                    }

                    @Override
                    public void failed(StorageException cause) {
                        read.completeExceptionally(cause);
                    }
                });
            }
        };
        assertTrue(checkpoint(source));
        assertEquals(2, reads.size());
        assertSame(slice.messages(), reads.get(0).join());
        assertEquals(30, reads.get(1).join().size());
    }

    @Test
    void aFailedCheckpointIsAsIfItHadNotBeen() throws Exception {
        long page = stored(slice(1, 0, range(1, 60))).page();
        long going = stored(slice(1, 0, range(61, 60))).page();
        store.forget(page, 5);
        store.forgetPage(going);
        failing(true);
        Slice slice = slice(1, 0, range(121, 1000));
        Source lost = new Source(slice);
        lost.records = List.of(new Returned(1, 3, 1, Annotations.EMPTY));
        assertEquals(false, checkpoint(lost));
        assertEquals(60, read(page).size());
        assertEquals(60, read(going).size());
        failing(false);
        index--;
        Source again = stored(slice);
        again.pages.keySet().forEach(given -> assertTrue(given != page && given != going));
        for (Map.Entry<Long, List<Enqueued>> given : again.pages.entrySet()) {
            assertSame(given.getValue(), read(given.getKey()));
        }
        reopen();
        assertEquals(1 + again.pages.size(), found.pages.size());
        assertEquals(0, found.pages.get(0).live()[0] & 1 << 5);
        assertTrue(found.records.isEmpty());
    }

    @Test
    void otherRecordsComeBackInTheirOrder() throws Exception {
        List<JournalRecord> records = new ArrayList<>();
        for (int i = 0; i < 30_000; i++) {
            records.add(new Returned(1, i, i % 7, Annotations.EMPTY));
        }
        Source source = new Source(slice(1, 0, range(1, 3)));
        source.records = records;
        assertTrue(checkpoint(source));
        reopen();
        assertEquals(records, found.records);
        Source fewer = new Source();
        fewer.records = records.subList(5, 9);
        assertTrue(checkpoint(fewer));
        reopen();
        assertEquals(records.subList(5, 9), found.records);
        stored();
        reopen();
        assertTrue(found.records.isEmpty());
        assertEquals(1, found.pages.size());
    }

    @Test
    void largeBodiesAreNamed() throws Exception {
        List<Enqueued> messages = new ArrayList<>();
        long[] bodies = new long[80];
        for (int i = 0; i < 80; i++) {
            Enqueued message = Workload.message(1, 1 + i * 3L, i == 79 ? 200_000 : 50, random);
            bodies[i] = i % 4 == 3 ? (1L << 40) + i : 0;
            messages.add(bodies[i] == 0 ? message : large(message, new LargeBody(bodies[i], 1_000_000_000L)));
        }
        Source source = stored(new Slice(0, messages.subList(0, 79)), new Slice(0, messages.subList(79, 80)));
        Source none = stored(slice(1, 0, range(1_000, 5)));
        reopen();
        assertEquals(3, found.pages.size());
        assertArrayEquals(Arrays.copyOf(bodies, 79), found.pages.get(0).largeBodies());
        assertArrayEquals(new long[] {bodies[79]}, found.pages.get(1).largeBodies());
        assertNull(found.pages.get(2).largeBodies());
        assertEquals(none.page(), found.pages.get(2).page());
        assertEquals(79 * 50 + 19 * 1_000_000_000L, found.pages.get(0).bytes());
        List<Enqueued> read = new ArrayList<>(store.readNow(found.pages.get(0).page()));
        read.addAll(read(found.pages.get(1).page()));
        assertSame(messages, read);
        for (int i = 0; i < 80; i++) {
            assertEquals(
                    messages.get(i).message().largeBody(), read.get(i).message().largeBody());
        }
        source.pages.keySet().forEach(store::forgetPage);
        stored();
        reopen();
        assertEquals(1, found.pages.size());
    }

    private static Enqueued large(Enqueued message, LargeBody body) {
        return new Enqueued(
                message.queueId(),
                message.sequence(),
                message.arrivedAtMillis(),
                message.expiresAtMillis(),
                message.deliverAtMillis(),
                message.deliveryCount(),
                message.duplicateId(),
                message.message().withBody(body));
    }

    @Test
    void whatIsNotThereCannotBeRead() {
        for (long page : new long[] {1, 77, 1L << 40, Long.MAX_VALUE}) {
            assertThrows(StorageException.class, () -> read(page));
            assertThrows(StorageException.class, () -> store.readNow(page));
        }
    }

    @Test
    void pagesOfAnUnknownQueueAreDropped() throws Exception {
        stored(slice(9, 0, range(1, 3)), slice(1, 0, range(1, 3)));
        reopen();
        assertEquals(List.of(1L), found.pages.stream().map(StoredPage::queueId).toList());
        stored();
        reopen();
        assertEquals(1, found.pages.size());
    }
}
