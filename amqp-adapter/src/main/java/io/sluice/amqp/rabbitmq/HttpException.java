package io.sluice.amqp.rabbitmq;

import io.sluice.broker.Refusal;

/** A request that is answered with an error: its status, and one sentence for the person who sent it. */
final class HttpException extends Exception {
    private final int status;

    HttpException(int status, String text) {
        super(text, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }

    static HttpException badRequest(String text) {
        return new HttpException(HttpStatus.BAD_REQUEST, text);
    }

    static HttpException of(Refusal refusal) {
        return new HttpException(HttpStatus.of(refusal), refusal.text());
    }
}
