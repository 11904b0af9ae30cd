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
 * @param join whether this node waits to be added to a cluster
 */
public record ServeOptions(
        Optional<Path> config, Optional<Path> data, Optional<Integer> port, Optional<String> node, boolean join) {
    /** Of a broker that waits for nobody. */
    public ServeOptions(Optional<Path> config, Optional<Path> data, Optional<Integer> port, Optional<String> node) {
        this(config, data, port, node, false);
    }

    /** Set by the launcher: the installation's configuration file. */
    private static final String INSTALLED = "sluice.config";

    /** @throws ConfigurationException the file has errors, or the one that was named is not there */
    public Configuration configuration() throws ConfigurationException {
        Configuration result = fileConfiguration();
        if (data.isPresent()) {
            result = result.withDataDir(data.get());
        }
        if (node.isPresent()) {
            result = result.withNode(node.get());
        }
        if (join) {
            result = result.joining();
        }
        result = result.asMember();
        return port.isPresent() ? result.withListen(result.listen().withPort(port.get())) : result;
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
