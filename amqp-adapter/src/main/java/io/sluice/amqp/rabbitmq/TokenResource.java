package io.sluice.amqp.rabbitmq;

import io.sluice.broker.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Binary;

/** {@code /auth/tokens}: a client sends the token that is to hold from now on, before its last one expires. Any thread. */
final class TokenResource {
    Routes in(Routes routes) {
        return routes.on("PUT", "/auth/tokens", this::put);
    }

    private void put(HttpRequest request, List<String> parts, HttpAnswer answer) throws HttpException {
        if (!(request.body() instanceof Binary token)) {
            throw HttpException.badRequest("the body is a token, as binary");
        }
        Optional<Refusal> refusal = request.access()
                .tokens()
                .renew(new String(token.getArray(), token.getArrayOffset(), token.getLength(), StandardCharsets.UTF_8));
        if (refusal.isPresent()) {
            throw HttpException.of(refusal.get());
        }
        answer.noContent();
    }
}
