package io.sluice.clients.rhea;

import io.sluice.clients.ClientProgram;
import io.sluice.clients.ClientTool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The program for Node.js in the test resources, with rhea as package.json pins it. */
public final class RheaProgram {
    private RheaProgram() {}

    public static ClientProgram build() throws IOException, InterruptedException {
        Path folder = ClientTool.unpack("rhea");
        ClientTool.need("node and npm", folder, "npm", "install", "--no-package-lock", "--no-audit", "--no-fund");
        return new ClientProgram(
                "rhea", List.of("node", folder.resolve("program.js").toString()));
    }
}
