package io.sluice.server.cli;

/** What an HTTP client is answered in place of what it wanted. */
final class HttpProblem extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    /** @param text one sentence for whoever asked */
    HttpProblem(int status, String text) {
        super(text, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }
}
