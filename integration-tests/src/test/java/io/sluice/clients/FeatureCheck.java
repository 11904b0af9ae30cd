package io.sluice.clients;

/** Uses one feature as an application would, and fails with what was not as it must be. */
@FunctionalInterface
public interface FeatureCheck {
    void run(Scene scene) throws Exception;
}
