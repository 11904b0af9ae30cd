package io.sluice.testkit;

/** The broker did not do what a test asked it for: it refused, or it has stopped. The text says which, and why. */
public final class SluiceBrokerException extends RuntimeException {
    SluiceBrokerException(String text) {
        super(text);
    }

    SluiceBrokerException(String text, Throwable cause) {
        super(text, cause);
    }
}
