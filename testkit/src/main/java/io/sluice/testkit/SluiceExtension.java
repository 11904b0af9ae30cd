package io.sluice.testkit;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A {@link SluiceBroker} for JUnit 5.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final SluiceExtension SLUICE = new SluiceExtension();
 *
 * @Test
 * void sends(SluiceBroker broker) { … broker.uri() … }
 * }</pre>
 *
 * <p>In a static field, or by {@link Sluice} on the class: one broker for the class, emptied before each test, so its tests run
 * one at a time. In an instance field: a new broker for each test.
 */
public final class SluiceExtension
        implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private final SluiceBroker.Builder builder;
    private SluiceBroker broker;
    /** Classes under way that share the broker: the outermost one and those nested in it. 0: a broker for each test. */
    private int classes;

    public SluiceExtension() {
        this(SluiceBroker.builder());
    }

    /** @param builder of each broker; not to be changed any more */
    public SluiceExtension(SluiceBroker.Builder builder) {
        this.builder = builder;
    }

    /** The broker of the class or test that runs. */
    public SluiceBroker broker() {
        if (broker == null) {
            throw new IllegalStateException("the broker runs only while tests do");
        }
        return broker;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (classes++ == 0) {
            broker = builder.start();
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (classes > 0) {
            broker.reset();
        } else {
            broker = builder.start();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (classes == 0) {
            stop();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (--classes == 0) {
            stop();
        }
    }

    private void stop() {
        if (broker != null) {
            broker.close();
            broker = null;
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == SluiceBroker.class && broker != null;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return broker();
    }
}
