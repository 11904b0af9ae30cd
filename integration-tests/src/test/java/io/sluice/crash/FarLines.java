package io.sluice.crash;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Lines of a fixed length between hosts: devices of a program that holds every packet for a while. They are gone when it is closed. */
final class FarLines implements AutoCloseable {
    private final Process program;
    private final Path script;

    /**
     * @param addresses of the hosts, by the names of the devices to be made
     * @param moreMillis at most, by chance for each packet: they overtake each other
     * @throws IOException there is no python3, or no /dev/net/tun
     */
    FarLines(Map<String, String> addresses, int millis, int moreMillis, long seed) throws IOException {
        this.script = Files.createTempFile("far", ".py");
        try (InputStream text = FarLines.class.getResourceAsStream("/network/far.py")) {
            Files.copy(text, script, StandardCopyOption.REPLACE_EXISTING);
        }
        List<String> command = new ArrayList<>(List.of("python3", script.toString()));
        command.addAll(List.of(String.valueOf(millis), String.valueOf(moreMillis), String.valueOf(seed)));
        addresses.forEach((device, address) -> command.add(device + "=" + address));
        this.program = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said =
                new BufferedReader(new InputStreamReader(program.getInputStream(), StandardCharsets.UTF_8)).readLine();
        if (!"made".equals(said)) {
            close();
            throw new IOException("lines of a fixed length cannot be made here: " + said);
        }
    }

    @Override
    public void close() throws IOException {
        program.getOutputStream().close();
        try {
            program.waitFor();
        } catch (InterruptedException e) {
            program.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(script);
    }
}
