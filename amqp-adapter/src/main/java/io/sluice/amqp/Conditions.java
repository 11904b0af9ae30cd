package io.sluice.amqp;

import io.sluice.broker.Refusal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;

/** Error conditions as AMQP carries them (§2.8.14). */
final class Conditions {
    static final Symbol SESSION_UNATTACHED_HANDLE = Symbol.valueOf("amqp:session:unattached-handle");
    static final Symbol SESSION_HANDLE_IN_USE = Symbol.valueOf("amqp:session:handle-in-use");
    static final Symbol SESSION_WINDOW_VIOLATION = Symbol.valueOf("amqp:session:window-violation");
    static final Symbol LINK_STOLEN = Symbol.valueOf("amqp:link:stolen");
    static final Symbol LINK_TRANSFER_LIMIT_EXCEEDED = Symbol.valueOf("amqp:link:transfer-limit-exceeded");
    static final Symbol LINK_MESSAGE_SIZE_EXCEEDED = Symbol.valueOf("amqp:link:message-size-exceeded");
    static final Symbol CONNECTION_FRAMING_ERROR = Symbol.valueOf("amqp:connection:framing-error");
    static final Symbol CONNECTION_FORCED = Symbol.valueOf("amqp:connection:forced");
    static final Symbol RESOURCE_LOCKED = Symbol.valueOf("amqp:resource-locked");
    static final Symbol DECODE_ERROR = Symbol.valueOf("amqp:decode-error");

    private Conditions() {}

    static ErrorCondition of(Symbol condition, String text) {
        return new ErrorCondition(condition, text);
    }

    static ErrorCondition of(Refusal.Kind kind, String text) {
        return new ErrorCondition(Symbol.valueOf(kind.condition()), text);
    }

    static ErrorCondition of(Refusal refusal) {
        ErrorCondition condition = of(refusal.kind(), refusal.text());
        if (!refusal.info().isEmpty()) {
            Map<Symbol, Object> info = new LinkedHashMap<>();
            refusal.info().forEach((key, value) -> info.put(Symbol.valueOf(key), typed(key, value)));
            condition.setInfo(info);
        }
        return condition;
    }

    /** The port of a redirect is an ushort (§2.8.18). */
    private static Object typed(String key, Object value) {
        return key.equals("port") && value instanceof Long port ? UnsignedShort.valueOf(port.toString()) : value;
    }
}
