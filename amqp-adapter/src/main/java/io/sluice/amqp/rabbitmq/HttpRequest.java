package io.sluice.amqp.rabbitmq;

import io.sluice.amqp.Access;
import io.sluice.amqp.dialect.PercentEncoding;
import io.sluice.broker.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Section;

/**
 * One request (HTTP over AMQP 1.0 wd06 §5.1): the message's subject is the method, its {@code to} the target.
 *
 * @param method GET, PUT, POST, DELETE or whatever else it says
 * @param path between its slashes, as it came: not decoded
 * @param query decoded
 * @param body an AMQP value, or binary; may be null
 * @param access what the sender may do
 */
record HttpRequest(String method, List<String> path, Map<String, String> query, Object body, Access access) {
    /** @throws HttpException it is none; the text says why */
    static HttpRequest parse(Message message, Access access) throws HttpException {
        org.apache.qpid.proton.message.Message decoded = org.apache.qpid.proton.message.Message.Factory.create();
        try {
            decoded.decode(message.encoded(), 0, message.encoded().length);
        } catch (RuntimeException e) {
            // proton-j has no one exception for what cannot be decoded.
            throw HttpException.badRequest("the request cannot be decoded: " + e.getMessage());
        }
        String target = decoded.getAddress();
        if (decoded.getSubject() == null || target == null) {
            throw HttpException.badRequest("a request has a method in its subject and a path in 'to'");
        }
        if (!target.startsWith("/")) {
            throw HttpException.badRequest("a path begins with /, '" + target + "' does not");
        }
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        // In a query a plus is a space (HTML 4.01 §17.13.4.1); one that is meant is written %2B.
        Map<String, String> query =
                question < 0 ? Map.of() : pairs(target.substring(question + 1).replace("+", "%20"), "&");
        return new HttpRequest(
                decoded.getSubject(),
                List.of(path.substring(1).split("/", -1)),
                query,
                body(decoded.getBody()),
                access);
    }

    private static Object body(Section section) {
        if (section instanceof AmqpValue value) {
            return value.getValue();
        }
        return section instanceof Data data ? data.getValue() : null;
    }

    /**
     * What is written {@code name=value}, decoded.
     *
     * @param between what stands between two of them
     */
    static Map<String, String> pairs(String text, String between) throws HttpException {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : text.split(between, -1)) {
            int equal = pair.indexOf('=');
            if (equal < 0) {
                throw HttpException.badRequest("'" + pair + "' is no name=value");
            }
            pairs.put(decode(pair.substring(0, equal)), decode(pair.substring(equal + 1)));
        }
        return pairs;
    }

    static String decode(String encoded) throws HttpException {
        try {
            return PercentEncoding.decode(encoded);
        } catch (IllegalArgumentException e) {
            throw HttpException.badRequest(e.getMessage());
        }
    }

    /** @param what it is, in the words of an error */
    static Map<String, Object> texts(Object value, String what) throws HttpException {
        if (!(value instanceof Map<?, ?> map)) {
            throw HttpException.badRequest(what + " is no map");
        }
        Map<String, Object> texts = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(entry.getKey() instanceof String key)) {
                throw HttpException.badRequest(what + " has a key that is no string: " + entry.getKey());
            }
            texts.put(key, entry.getValue());
        }
        return texts;
    }
}
