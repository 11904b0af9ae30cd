package io.sluice.clients.cpp;

import io.sluice.clients.ClientProgram;
import io.sluice.clients.ClientTool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The C++ program in the test resources, compiled where it is used. */
public final class ProtonCppProgram {
    private ProtonCppProgram() {}

    public static ClientProgram build() throws IOException, InterruptedException {
        Path folder = ClientTool.unpack("cpp");
        ClientTool.need(
                "g++ and Qpid Proton C++",
                folder,
                "g++",
                "-fsyntax-only",
                "-include",
                "proton/message.hpp",
                "peer.hpp");
        ClientTool.build("make", folder, "make", "-j2");
        return new ClientProgram("cpp", List.of(folder.resolve("program").toString()));
    }
}
