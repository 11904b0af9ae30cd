package io.sluice.clients;

import io.sluice.clients.cpp.ProtonCppProgram;
import io.sluice.clients.jms.checks.JmsExchange;
import io.sluice.clients.jmsjavax.JavaxLine;
import io.sluice.clients.protonj2.ProtonJ2Exchange;
import io.sluice.clients.python.ProtonPythonProgram;
import io.sluice.clients.rhea.RheaProgram;
import io.sluice.clients.vertx.VertxExchange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every client's messages, received by every client: bodies of all kinds and properties, value by value with their types. */
final class ExchangeTest {
    @TempDir
    static Path folder;

    private static final Map<String, Client> CLIENTS = new LinkedHashMap<>();
    private static ClientBroker broker;

    /** How one client sends the set of messages, and receives it from another. */
    private record Client(FeatureCheck send, FeatureCheck receive) {
        static Client of(ClientProgram program) {
            return new Client(
                    scene -> program.run("send-bodies", scene), scene -> program.run("receive-bodies", scene));
        }
    }

    @BeforeAll
    static void start() throws Exception {
        JavaxLine javax = JavaxLine.load();
        CLIENTS.put("jms", new Client(JmsExchange::send, JmsExchange::receive));
        CLIENTS.put(
                "jmsjavax",
                new Client(scene -> javax.exchange("send", scene), scene -> javax.exchange("receive", scene)));
        CLIENTS.put("protonj2", new Client(ProtonJ2Exchange::send, ProtonJ2Exchange::receive));
        CLIENTS.put("vertx", new Client(VertxExchange::send, VertxExchange::receive));
        CLIENTS.put("rhea", Client.of(RheaProgram.build()));
        CLIENTS.put("python", Client.of(ProtonPythonProgram.build()));
        CLIENTS.put("cpp", Client.of(ProtonCppProgram.build()));
        broker = ClientBroker.start(folder);
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> pairs() {
        ExchangeResults results = ExchangeResults.begin();
        List<DynamicTest> pairs = new ArrayList<>();
        CLIENTS.forEach((from, sender) ->
                CLIENTS.forEach((to, receiver) -> pairs.add(DynamicTest.dynamicTest(from + " to " + to, () -> {
                    Scene scene = new Scene(broker, "from." + from + ".to." + to);
                    sender.send().run(scene);
                    receiver.receive().run(scene);
                    results.passed(from, to);
                }))));
        return pairs.stream();
    }
}
