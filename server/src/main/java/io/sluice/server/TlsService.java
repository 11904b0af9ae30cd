package io.sluice.server;

import io.sluice.amqp.netty.Carrier;
import io.sluice.amqp.netty.TlsCarrier;
import io.sluice.amqp.netty.TlsFileException;
import io.sluice.amqp.netty.TlsFiles;
import io.sluice.amqp.netty.TlsSettings;
import io.sluice.server.config.Listen;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * TLS of all ports that have it: the certificates, and two threads of its own, for handshakes and to look at the files. There is
 * none where no port has TLS.
 */
final class TlsService implements AutoCloseable {
    private static final int THREADS = 2;

    private final TlsFiles files;
    private final ScheduledThreadPoolExecutor executor;
    private final int reloadCheckMillis;

    private TlsService(TlsFiles files, int reloadCheckMillis) {
        this.files = files;
        this.reloadCheckMillis = reloadCheckMillis;
        AtomicInteger number = new AtomicInteger();
        this.executor = new ScheduledThreadPoolExecutor(THREADS, task -> {
            Thread thread = new Thread(task, "tls-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Reads the certificates. @throws StartFailure a file cannot be used */
    static TlsService of(Listen.Tls tls) throws StartFailure {
        try {
            TlsService service = new TlsService(new TlsFiles(settings(tls)), tls.reloadCheckMillis());
            service.watch();
            return service;
        } catch (TlsFileException | InvalidPathException e) {
            throw new StartFailure(ExitCode.CONFIGURATION, "TLS cannot be served: " + e.getMessage(), e);
        }
    }

    private static TlsSettings settings(Listen.Tls tls) {
        return new TlsSettings(
                tls.certificates().stream()
                        .map(certificate -> new TlsSettings.Certificate(
                                Path.of(certificate.file()),
                                path(certificate.keyFile()),
                                path(certificate.passwordFile()),
                                certificate.hostNames()))
                        .toList(),
                tls.clientCertificates(),
                path(tls.trustFile()).map(file -> new TlsSettings.Authorities(file, path(tls.trustPasswordFile()))),
                tls.certificateUser(),
                tls.protocols(),
                tls.cipherSuites());
    }

    private static Optional<Path> path(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
    }

    private void watch() {
        if (reloadCheckMillis > 0) {
            executor.scheduleWithFixedDelay(
                    files::readIfChanged, reloadCheckMillis, reloadCheckMillis, TimeUnit.MILLISECONDS);
        }
    }

    /** @param handshakeTimeoutMillis for the whole handshake */
    Carrier carry(Carrier inner, int handshakeTimeoutMillis) {
        return new TlsCarrier(files, executor, inner, handshakeTimeoutMillis);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
