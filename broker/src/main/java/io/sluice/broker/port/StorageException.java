package io.sluice.broker.port;

/** The environment's fault: a disk that fails, is full, is damaged or is not ours. The node protects the data and stops. */
public class StorageException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param message one sentence for an operator: what and where */
    public StorageException(String message) {
        super(message);
    }

    public StorageException(String message, Throwable cause) {
        super(message, cause);
    }
}
