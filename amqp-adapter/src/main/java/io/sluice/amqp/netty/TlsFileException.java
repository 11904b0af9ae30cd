package io.sluice.amqp.netty;

import java.io.IOException;
import java.nio.file.Path;

/** A file that TLS needs cannot be used; the message names it and says why. */
public final class TlsFileException extends IOException {
    TlsFileException(Path file, String why, Throwable cause) {
        super(file + ": " + why, cause);
    }
}
