package io.sluice.amqp.management;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A kind of thing that can be managed.
 *
 * @param name as requests give it in {@code type}
 * @param attributes what a reader gets
 * @param operations by name
 */
record EntityType(String name, List<String> attributes, Map<String, Operation> operations) {
    static EntityType of(String name, List<String> attributes, Operation... operations) {
        Map<String, Operation> byName = new LinkedHashMap<>();
        for (Operation operation : operations) {
            byName.put(operation.name(), operation);
        }
        return new EntityType(name, attributes, byName);
    }

    /** Operations with their arguments. */
    Map<String, List<String>> arguments() {
        Map<String, List<String>> arguments = new LinkedHashMap<>();
        operations.forEach((operationName, operation) -> arguments.put(operationName, operation.arguments()));
        return arguments;
    }
}
