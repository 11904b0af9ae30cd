package io.sluice.server;

import io.sluice.server.config.Configuration;
import io.sluice.server.config.ConfigurationException;
import io.sluice.server.config.ConfigurationFile;
import io.sluice.server.config.Defaults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the command line says of how to run a broker; it wins over the configuration file.
 *
 * @param config the file; empty: the installation's own, or the defaults where it has none
 * @param port 0 for any free one
 */
public record ServeOptions(Optional<Path> config, Optional<Path> data, Optional<Integer> port, Optional<String> node) {
    /** Set by the launcher: the installation's configuration file. */
    private static final String INSTALLED = "sluice.config";

    /** @throws ConfigurationException the file has errors, or the one that was named is not there */
    public Configuration configuration() throws ConfigurationException {
        Configuration file = fileConfiguration();
        Configuration result = file;
        if (data.isPresent()) {
            result = result.withDataDir(data.get());
        }
        if (port.isPresent()) {
            result = result.withListen(file.listen().withPort(port.get()));
        }
        return node.isPresent() ? result.withNode(node.get()) : result;
    }

    private Configuration fileConfiguration() throws ConfigurationException {
        if (config.isPresent()) {
            return ConfigurationFile.read(config.get());
        }
        String installed = System.getProperty(INSTALLED, "");
        if (!installed.isEmpty() && Files.exists(Path.of(installed))) {
            return ConfigurationFile.read(Path.of(installed));
        }
        return Defaults.CONFIGURATION;
    }
}
