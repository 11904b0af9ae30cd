package io.sluice.broker;

/**
 * The part of a message that is kept apart, because it is too large for memory and journal: everything behind the sections in
 * front of the body, byte for byte. A dead letter shares it with the message it was.
 *
 * @param id by which {@link io.sluice.broker.port.LargeBodies} knows it, above 0; never used again
 * @param length in bytes, 1 or more
 */
public record LargeBody(long id, long length) {
    public LargeBody {
        if (id < 1 || length < 1) {
            throw new IllegalArgumentException("a large body has an id and a length, not " + id + " and " + length);
        }
    }
}
