package io.sluice.server;

import io.sluice.server.config.Configuration;
import io.sluice.server.config.ConfigurationException;
import io.sluice.server.config.ConfigurationFile;
import io.sluice.server.config.Defaults;
import io.sluice.server.config.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
        Configuration result = ofAnyNode();
        if (node.isPresent()) {
            result = result.withNode(node.get());
        }
        if (join) {
            if (!result.cluster().isOn()) {
                throw new ConfigurationException(List.of(new Problem(
                        "--join", 0, 0, "is for a node of a cluster, but cluster.name is empty in the configuration")));
            }
            result = result.joining();
        }
        result = result.asMember();
        return port.isPresent() ? result.withListen(result.listen().withPort(port.get())) : result;
    }

    /**
     * For work on the data folder, for which a node of a cluster need not be named.
     *
     * @throws ConfigurationException as {@link #configuration}
     */
    public Configuration ofAnyNode() throws ConfigurationException {
        Configuration file = fileConfiguration();
        return data.isPresent() ? file.withDataDir(data.get()) : file;
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
