package io.sluice.amqp;

import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * The one thread of a connection.
 *
 * @param executor runs tasks on it, one after the other
 * @param inLoop whether the caller is on it
 */
public record EventLoop(Executor executor, BooleanSupplier inLoop) {}
