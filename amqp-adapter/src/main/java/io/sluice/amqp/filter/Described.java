package io.sluice.amqp.filter;

import org.apache.qpid.proton.amqp.DescribedType;

/** A described value of ours (AMQP 1.0 §1.3.4). */
record Described(Object descriptor, Object described) implements DescribedType {
    @Override
    public Object getDescriptor() {
        return descriptor;
    }

    @Override
    public Object getDescribed() {
        return described;
    }
}
