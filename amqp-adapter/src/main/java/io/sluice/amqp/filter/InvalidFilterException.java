package io.sluice.amqp.filter;

/** A filter its receiver got wrong: the peer's fault, {@code amqp:invalid-field}. */
public final class InvalidFilterException extends Exception {
    private static final long serialVersionUID = 1;

    /** What {@link #position} says of what has no characters to count. */
    public static final int NOWHERE = 0;

    private final int position;

    /**
     * @param position the first character that is wrong, from 1, or {@link #NOWHERE}
     * @param text what is wrong there and what was expected, one sentence for a person
     */
    InvalidFilterException(int position, String text) {
        super(position == NOWHERE ? text : "at character " + position + ": " + text);
        this.position = position;
    }

    private InvalidFilterException(InvalidFilterException cause, String where) {
        super(where + ": " + cause.getMessage(), cause);
        this.position = cause.position;
    }

    /** The same, saying first which filter it is about. */
    InvalidFilterException of(String where) {
        return new InvalidFilterException(this, where);
    }

    /** From 1, or {@link #NOWHERE}. */
    public int position() {
        return position;
    }
}
