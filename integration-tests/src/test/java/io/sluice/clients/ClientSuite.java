package io.sluice.clients;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** What a client can do, row by row of the table, and the tests that follow from it. */
public final class ClientSuite {
    private final String client;
    private final Map<Feature, FeatureCheck> checks = new EnumMap<>(Feature.class);
    private final Map<Feature, String> reasons = new EnumMap<>(Feature.class);

    /** @param client a column of the table, see {@link ClientTable} */
    public ClientSuite(String client) {
        this.client = client;
    }

    public ClientSuite can(Feature feature, FeatureCheck check) {
        checks.put(feature, check);
        return this;
    }

    /** @param reason what the client's interface lacks, said of the client: "has no transactions" */
    public ClientSuite cannot(Feature feature, String reason) {
        reasons.put(feature, reason);
        return this;
    }

    /** The same, with a class loader as the context of each check's thread. */
    public ClientSuite within(ClassLoader loader) {
        checks.replaceAll((feature, check) -> scene -> {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(loader);
            try {
                check.run(scene);
            } finally {
                thread.setContextClassLoader(before);
            }
        });
        return this;
    }

    /** A test for each row; what is found goes to the table. */
    public Stream<DynamicTest> tests(ClientBroker broker) {
        ClientResults results = ClientResults.begin(client);
        return ClientTable.rows(client).stream()
                .map(feature -> DynamicTest.dynamicTest(
                        feature.id() + ": " + feature.title(), () -> run(feature, broker, results)));
    }

    private void run(Feature feature, ClientBroker broker, ClientResults results) throws Exception {
        FeatureCheck check = checks.get(feature);
        String reason = reasons.get(feature);
        if ((check == null) == (reason == null)) {
            fail(client + " must have a check of " + feature.id() + ", or say why it cannot do it");
        }
        if (reason != null) {
            results.cannot(feature, reason);
            return;
        }
        check.run(new Scene(broker, client + "." + feature.id()));
        results.passed(feature);
    }
}
