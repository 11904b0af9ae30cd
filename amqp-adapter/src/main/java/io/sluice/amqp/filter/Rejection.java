package io.sluice.amqp.filter;

/** Carries what is wrong with a filter out of the parser and the compiler, which cannot throw checked exceptions. */
final class Rejection extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int position;

    /** @param position of the first wrong character, from 1 */
    Rejection(int position, String text) {
        super(text, null, false, false);
        this.position = position;
    }

    InvalidFilterException toInvalidFilter() {
        return new InvalidFilterException(position, getMessage());
    }
}
