package io.sluice.amqp.rabbitmq;

import io.sluice.broker.Refusal;

/** Status codes of answers (RFC 9110 §15), as far as there is a use for them. */
final class HttpStatus {
    static final int OK = 200;
    static final int CREATED = 201;
    static final int NO_CONTENT = 204;
    static final int BAD_REQUEST = 400;
    static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int METHOD_NOT_ALLOWED = 405;
    static final int CONFLICT = 409;
    static final int MISDIRECTED = 421;
    static final int TOO_MANY = 429;
    static final int INTERNAL_ERROR = 500;
    static final int NOT_IMPLEMENTED = 501;

    private HttpStatus() {}

    static int of(Refusal refusal) {
        return switch (refusal.kind()) {
            case NOT_FOUND, RESOURCE_DELETED -> NOT_FOUND;
            case NOT_ALLOWED, UNAUTHORIZED -> FORBIDDEN;
            case PRECONDITION_FAILED, RESOURCE_LOCKED, ILLEGAL_STATE, DETACH_FORCED -> CONFLICT;
            case INVALID_FIELD -> BAD_REQUEST;
            case LINK_REDIRECT -> MISDIRECTED;
            case RESOURCE_LIMIT_EXCEEDED -> TOO_MANY;
            case NOT_IMPLEMENTED -> NOT_IMPLEMENTED;
            default -> INTERNAL_ERROR;
        };
    }
}
