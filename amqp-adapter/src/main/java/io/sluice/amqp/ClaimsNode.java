package io.sluice.amqp;

import io.sluice.amqp.message.AnswerMessage;
import io.sluice.amqp.message.MessageFields;
import io.sluice.broker.Message;
import io.sluice.broker.security.Principal;
import io.sluice.broker.security.TokenRefusedException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code $cbs}, where the peer of one connection puts its tokens (AMQP Claims-based Security 1.0, as Azure Service Bus has it): {@code operation} =
 * {@code put-token}, {@code type} and {@code name} in the application-properties, the token as body. The answer has {@code status-code} and {@code
 * status-description}. The connection's event loop.
 */
final class ClaimsNode implements LocalNode {
    static final String ADDRESS = "$cbs";

    private static final Logger LOG = LoggerFactory.getLogger(ClaimsNode.class);
    private static final int ACCEPTED = 202;
    private static final int BAD_REQUEST = 400;
    private static final int UNAUTHORIZED = 401;

    private final ConnectionScope scope;

    ClaimsNode(ConnectionScope scope) {
        this.scope = scope;
    }

    @Override
    public void request(Message request, String replyTo, Consumer<Message> reply) {
        Optional<Object> correlation = MessageFields.messageId(request).or(() -> MessageFields.correlationId(request));
        try {
            put(request);
            reply.accept(answer(replyTo, correlation, ACCEPTED, "Accepted"));
        } catch (TokenRefusedException e) {
            int status = e.isMalformed() ? BAD_REQUEST : UNAUTHORIZED;
            LOG.info("{}: a token is not taken: {}", scope.identity().remoteAddress(), e.getMessage());
            reply.accept(answer(replyTo, correlation, status, e.getMessage()));
        }
    }

    private void put(Message request) throws TokenRefusedException {
        org.apache.qpid.proton.message.Message decoded = org.apache.qpid.proton.message.Message.Factory.create();
        try {
            decoded.decode(request.encoded(), 0, request.encoded().length);
        } catch (RuntimeException e) {
            // proton-j has no one exception for what cannot be decoded.
            throw TokenRefusedException.malformed("the request cannot be decoded: " + e.getMessage());
        }
        Map<String, Object> properties = decoded.getApplicationProperties() == null
                ? Map.of()
                : decoded.getApplicationProperties().getValue();
        String operation = text(properties, "operation");
        if (!operation.equals("put-token")) {
            throw TokenRefusedException.malformed("there is no operation '" + operation + "', only put-token");
        }
        String type = text(properties, "type");
        String name = text(properties, "name");
        if (!(decoded.getBody() instanceof AmqpValue body && body.getValue() instanceof String token)) {
            throw TokenRefusedException.malformed("the body is no string with the token, as amqp-value");
        }
        if (!scope.principal().equals(Principal.ANONYMOUS)) {
            throw TokenRefusedException.refused("the connection is of user '"
                    + scope.principal().name() + "'; who puts tokens comes with SASL ANONYMOUS");
        }
        scope.access().claims().put(type, name, token);
    }

    private static String text(Map<String, Object> properties, String name) throws TokenRefusedException {
        Object value = properties == null ? null : properties.get(name);
        if (value instanceof Symbol symbol) {
            return symbol.toString();
        }
        if (!(value instanceof String text)) {
            throw TokenRefusedException.malformed("application property '" + name + "' is missing, or no string");
        }
        return text;
    }

    private static Message answer(String replyTo, Optional<Object> correlation, int status, String description) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("status-code", status);
        properties.put("status-description", description);
        if (status == UNAUTHORIZED) {
            properties.put("error-condition", Symbol.valueOf("amqp:unauthorized-access"));
        } else if (status == BAD_REQUEST) {
            properties.put("error-condition", Symbol.valueOf("com.microsoft:argument-error"));
        }
        org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
        message.setApplicationProperties(new ApplicationProperties(properties));
        message.setBody(new AmqpValue(description));
        correlation.ifPresent(message::setCorrelationId);
        if (!replyTo.isEmpty()) {
            message.setAddress(replyTo);
        }
        return AnswerMessage.of(message);
    }
}
