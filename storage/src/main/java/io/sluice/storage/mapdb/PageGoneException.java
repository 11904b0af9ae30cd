package io.sluice.storage.mapdb;

import io.sluice.broker.port.StorageException;

/** The page was forgotten as a whole since it was asked for, or its checkpoint failed: nobody wants it, and nothing is damaged. */
final class PageGoneException extends StorageException {
    private static final long serialVersionUID = 1L;

    PageGoneException(String message) {
        super(message);
    }
}
