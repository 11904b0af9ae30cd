package io.sluice.server;

import io.sluice.server.config.Configuration;
import io.sluice.server.config.VirtualHost;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folders of virtual hosts in the data folder. */
final class HostFolders {
    private static final Logger LOG = LoggerFactory.getLogger(HostFolders.class);

    private HostFolders() {}

    /** One that was taken out of the configuration keeps its folder; whoever wonders where its messages are is to find them. */
    static void warnOfNobodys(Configuration configuration) {
        Path folder = configuration.hostsFolder();
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<String> known = configuration.virtualHosts().others().stream()
                .map(VirtualHost::name)
                .toList();
        try (DirectoryStream<Path> stored = Files.newDirectoryStream(folder)) {
            for (Path host : stored) {
                if (!known.contains(host.getFileName().toString())) {
                    LOG.warn("{} is of no virtual host of the configuration: what it has is left there", host);
                }
            }
        } catch (IOException e) {
            LOG.warn("{} cannot be looked at: {}", folder, e.getMessage());
        }
    }
}
