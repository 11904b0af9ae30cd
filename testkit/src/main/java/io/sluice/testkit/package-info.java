/**
 * A real broker inside a unit test: {@link io.sluice.testkit.SluiceBroker}, and {@link io.sluice.testkit.SluiceExtension} for
 * JUnit 5. In memory, on a free port, gone without a trace when closed.
 */
package io.sluice.testkit;
