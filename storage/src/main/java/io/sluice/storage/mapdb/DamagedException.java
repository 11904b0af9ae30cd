package io.sluice.storage.mapdb;

import java.io.IOException;

/** What was read is not what was written. The message is one sentence that names the file and the place. */
final class DamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedException(String message) {
        super(message);
    }
}
