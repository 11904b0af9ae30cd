package io.sluice.amqp.management;

import io.sluice.broker.Refusal;
import java.util.EnumMap;
import java.util.Map;

/** Status codes of answers, which AMQP Management takes from HTTP. */
final class Status {
    static final int OK = 200;
    static final int CREATED = 201;
    static final int NO_CONTENT = 204;
    static final int BAD_REQUEST = 400;
    static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int CONFLICT = 409;
    /** Another node is to be asked; the description says which. */
    static final int MISDIRECTED = 421;

    static final int TOO_MANY = 429;
    static final int INTERNAL_ERROR = 500;
    static final int NOT_IMPLEMENTED = 501;

    private static final Map<Refusal.Kind, Integer> OF_REFUSALS = new EnumMap<>(Map.ofEntries(
            Map.entry(Refusal.Kind.NOT_FOUND, NOT_FOUND),
            Map.entry(Refusal.Kind.RESOURCE_DELETED, NOT_FOUND),
            Map.entry(Refusal.Kind.NOT_ALLOWED, FORBIDDEN),
            Map.entry(Refusal.Kind.UNAUTHORIZED, FORBIDDEN),
            Map.entry(Refusal.Kind.NOT_IMPLEMENTED, NOT_IMPLEMENTED),
            Map.entry(Refusal.Kind.PRECONDITION_FAILED, CONFLICT),
            Map.entry(Refusal.Kind.RESOURCE_LOCKED, CONFLICT),
            Map.entry(Refusal.Kind.ILLEGAL_STATE, CONFLICT),
            Map.entry(Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, TOO_MANY),
            Map.entry(Refusal.Kind.LINK_REDIRECT, MISDIRECTED),
            Map.entry(Refusal.Kind.DETACH_FORCED, CONFLICT),
            Map.entry(Refusal.Kind.INVALID_FIELD, BAD_REQUEST)));

    private Status() {}

    static int of(Refusal refusal) {
        return OF_REFUSALS.getOrDefault(refusal.kind(), INTERNAL_ERROR);
    }
}
