package io.sluice.clients.cpp;

import io.sluice.clients.ClientFeatures;
import io.sluice.clients.ClientSuite;

/** Every feature of the table with Qpid Proton C++. */
final class ProtonCppTest extends ClientFeatures {
    @Override
    protected ClientSuite suite() throws Exception {
        return ProtonCppProgram.build().suite();
    }
}
