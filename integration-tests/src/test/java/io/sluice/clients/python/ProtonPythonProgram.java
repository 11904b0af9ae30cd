package io.sluice.clients.python;

import io.sluice.clients.ClientProgram;
import io.sluice.clients.ClientTool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The Python program in the test resources, run by Debian's own Python: its packages are for that one. */
public final class ProtonPythonProgram {
    private static final String PYTHON = "/usr/bin/python3";

    private ProtonPythonProgram() {}

    public static ClientProgram build() throws IOException, InterruptedException {
        Path folder = ClientTool.unpack("python");
        ClientTool.need("python3-qpid-proton", folder, PYTHON, "-c", "import proton");
        return new ClientProgram(
                "python", List.of(PYTHON, folder.resolve("program.py").toString()));
    }
}
