package io.sluice.amqp.netty;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of TLS, read again when they have changed. Connections keep the certificate they began with; new ones get the new one.
 * A file that cannot be used is reported once, and what was read before goes on to be used.
 *
 * <p>Any thread asks for what is current; one at a time reads.
 */
public final class TlsFiles {
    private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);

    private final TlsSettings settings;
    private volatile TlsContexts current;
    private List<String> seen;

    /** Reads them. @throws TlsFileException one of them cannot be used */
    public TlsFiles(TlsSettings settings) throws TlsFileException {
        this.settings = settings;
        this.seen = state();
        this.current = TlsContexts.load(settings);
    }

    TlsContexts current() {
        return current;
    }

    TlsSettings settings() {
        return settings;
    }

    /** Reads them again if one has another time, size or identity than before. Blocks on the disk. */
    public synchronized void readIfChanged() {
        List<String> now = state();
        if (now.equals(seen)) {
            return;
        }
        // First, so that what changes while it is read is read again.
        seen = now;
        try {
            current = TlsContexts.load(settings);
            LOG.info("The TLS certificates were read again; connections from now on get them");
        } catch (TlsFileException e) {
            LOG.warn("The TLS certificates stay as they were: {}", e.getMessage());
        }
    }

    private List<String> state() {
        List<Path> files = new ArrayList<>();
        for (TlsSettings.Certificate certificate : settings.certificates()) {
            files.add(certificate.file());
            certificate.keyFile().ifPresent(files::add);
            certificate.passwordFile().ifPresent(files::add);
        }
        Optional<TlsSettings.Authorities> authorities = settings.authorities();
        authorities.map(TlsSettings.Authorities::file).ifPresent(files::add);
        authorities.flatMap(TlsSettings.Authorities::passwordFile).ifPresent(files::add);
        return files.stream().map(TlsFiles::state).toList();
    }

    private static String state(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
        } catch (IOException e) {
            return "missing";
        }
    }
}
