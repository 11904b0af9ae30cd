package io.sluice.clients.python;

import io.sluice.clients.ClientFeatures;
import io.sluice.clients.ClientSuite;

/** Every feature of the table with Qpid Proton's Python binding. */
final class ProtonPythonTest extends ClientFeatures {
    @Override
    protected ClientSuite suite() throws Exception {
        return ProtonPythonProgram.build().suite();
    }
}
