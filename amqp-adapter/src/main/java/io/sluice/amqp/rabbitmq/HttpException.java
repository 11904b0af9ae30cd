package io.sluice.amqp.rabbitmq;

import io.sluice.broker.Refusal;
import java.util.Optional;

/** A request that is answered with an error: its status, and one sentence for the person who sent it. */
final class HttpException extends Exception {
    private final int status;
    private final transient Optional<Refusal> refusal;

    HttpException(int status, String text) {
        this(status, text, Optional.empty());
    }

    private HttpException(int status, String text, Optional<Refusal> refusal) {
        super(text, null, false, false);
        this.status = status;
        this.refusal = refusal;
    }

    int status() {
        return status;
    }

    /** Where it is for want of a right: which. */
    Optional<Refusal> notAllowed() {
        return refusal.filter(why -> why.kind() == Refusal.Kind.UNAUTHORIZED);
    }

    static HttpException badRequest(String text) {
        return new HttpException(HttpStatus.BAD_REQUEST, text);
    }

    static HttpException of(Refusal refusal) {
        return new HttpException(HttpStatus.of(refusal), refusal.text(), Optional.of(refusal));
    }
}
