package io.sluice.storage;

import io.sluice.broker.port.MessageStore;

class MemoryStoreContractTest extends MessageStoreContract {
    private final MemoryStore store = new MemoryStore();

    @Override
    protected MessageStore open() {
        return store;
    }

    @Override
    protected void failing(boolean failing) {
        store.failing(failing);
    }
}
