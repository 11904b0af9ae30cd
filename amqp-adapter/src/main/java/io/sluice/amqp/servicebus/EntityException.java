package io.sluice.amqp.servicebus;

import io.sluice.broker.Refusal;

/** A request that is answered with an error: a status, a condition for the program and one sentence for the person who wrote it. */
final class EntityException extends Exception {
    static final int BAD_REQUEST = 400;
    static final int UNAUTHORIZED = 401;
    static final int NOT_FOUND = 404;
    static final int CONFLICT = 409;
    static final int GONE = 410;
    static final int TOO_MANY = 429;
    static final int INTERNAL_ERROR = 500;
    static final int NOT_IMPLEMENTED = 501;

    private final int status;
    private final String condition;

    EntityException(int status, String condition, String text) {
        super(text, null, false, false);
        this.status = status;
        this.condition = condition;
    }

    int status() {
        return status;
    }

    String condition() {
        return condition;
    }

    static EntityException badRequest(String text) {
        return new EntityException(BAD_REQUEST, Refusal.Kind.INVALID_FIELD.condition(), text);
    }

    static EntityException notImplemented(String text) {
        return new EntityException(NOT_IMPLEMENTED, Refusal.Kind.NOT_IMPLEMENTED.condition(), text);
    }

    static EntityException messageNotFound(String text) {
        return new EntityException(NOT_FOUND, "com.microsoft:message-not-found", text);
    }

    static EntityException lockLost(String text) {
        return new EntityException(GONE, "com.microsoft:message-lock-lost", text);
    }

    static EntityException of(Refusal refusal) {
        int status = switch (refusal.kind()) {
            case NOT_FOUND, RESOURCE_DELETED -> NOT_FOUND;
            case UNAUTHORIZED, NOT_ALLOWED -> UNAUTHORIZED;
            case NOT_IMPLEMENTED -> NOT_IMPLEMENTED;
            case SESSION_LOCK_LOST -> GONE;
            case RESOURCE_LIMIT_EXCEEDED -> TOO_MANY;
            case INVALID_FIELD -> BAD_REQUEST;
            case PRECONDITION_FAILED, RESOURCE_LOCKED, ILLEGAL_STATE, LINK_REDIRECT, DETACH_FORCED -> CONFLICT;
            default -> INTERNAL_ERROR;
        };
        return new EntityException(status, refusal.kind().condition(), refusal.text());
    }
}
