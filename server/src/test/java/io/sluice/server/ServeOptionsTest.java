package io.sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.server.config.Configuration;
import io.sluice.server.config.ConfigurationException;
import io.sluice.server.config.Defaults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeOptionsTest {
    @TempDir
    private Path folder;

    @Test
    void withoutAnythingTheDefaultsCount() throws Exception {
        ServeOptions none = new ServeOptions(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        assertEquals(Defaults.CONFIGURATION, none.configuration());
    }

    @Test
    void theCommandLineWinsOverTheFile() throws Exception {
        Path file = Files.writeString(
                folder.resolve("s.yaml"),
                "node: one\nlisten: {host: 127.0.0.2, port: 1}\nstorage: {dataDir: elsewhere}\neventLoops: 2\n");
        Configuration configuration = new ServeOptions(
                        Optional.of(file), Optional.of(folder), Optional.of(0), Optional.of("two"))
                .configuration();
        assertEquals("two", configuration.node());
        assertEquals("127.0.0.2", configuration.listen().host());
        assertEquals(0, configuration.listen().port());
        assertEquals(folder, configuration.storage().dataDir());
        assertEquals(2, configuration.eventLoops());
    }

    @Test
    void aFileThatIsNamedMustBeThere() {
        ServeOptions missing = new ServeOptions(
                Optional.of(folder.resolve("no.yaml")), Optional.empty(), Optional.empty(), Optional.empty());
        assertThrows(ConfigurationException.class, missing::configuration);
    }
}
