package io.sluice.storage;

import io.sluice.broker.port.StorageException;

/** A file is of a format that this version does not read: nothing is wrong with it, and only the right version may touch it. */
public final class NewerFormatException extends StorageException {
    private static final long serialVersionUID = 1L;

    /** @param message says what file, and what to do */
    public NewerFormatException(String message) {
        super(message);
    }
}
