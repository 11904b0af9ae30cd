package io.sluice.storage.mapdb;

import io.sluice.broker.port.MessageStore;
import io.sluice.storage.MessageStoreContract;
import io.sluice.storage.SimulatedDisk;
import java.nio.file.Path;
import java.util.Random;
import java.util.UUID;

class PagedMessageStoreContractTest extends MessageStoreContract {
    private final SimulatedDisk disk = new SimulatedDisk(new Random(1));

    @Override
    protected MessageStore open() {
        return new PagedMessageStore(
                disk, Path.of("data"), new UUID(1, 2), new StoreLimits(0, 64 << 10, 1 << 20, 1 << 30));
    }

    @Override
    protected void failing(boolean failing) {
        disk.capacity(failing ? 0 : Long.MAX_VALUE);
    }
}
