package io.sluice.storage.raft;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What went wrong, in a sentence. */
final class Causes {
    private Causes() {}

    /** The message of the innermost cause that is no wrapping. */
    static String sentence(Throwable failure) {
        Throwable cause = root(failure);
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    static Throwable root(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException
                        || cause instanceof ExecutionException
                        || cause.getMessage() == null)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
