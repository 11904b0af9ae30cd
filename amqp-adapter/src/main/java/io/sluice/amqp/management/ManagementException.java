package io.sluice.amqp.management;

/** A request that is answered with an error: its status and one sentence for the person who sent it. */
final class ManagementException extends Exception {
    private final int status;

    ManagementException(int status, String text) {
        super(text, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }

    static ManagementException badRequest(String text) {
        return new ManagementException(Status.BAD_REQUEST, text);
    }
}
