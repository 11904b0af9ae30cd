package io.sluice.storage.mapdb;

import java.io.IOException;

/** A file of the store is of a format that this version does not read. Nothing is wrong with it. The message says what to do. */
final class NewerFileException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param what the file, at the beginning of a sentence */
    NewerFileException(String what, int found, int known) {
        super(what + " has format " + found + ", this version reads up to " + known
                + ": start the newer version that wrote it.");
    }
}
