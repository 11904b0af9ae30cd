package io.sluice.broker.queue;
public final class Delivery {}
