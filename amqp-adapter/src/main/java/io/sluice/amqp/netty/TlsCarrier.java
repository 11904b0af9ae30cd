package io.sluice.amqp.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** TLS of the Java runtime between the socket and another carrier. */
public final class TlsCarrier implements Carrier {
    /** A hello with more than this is no client's. */
    private static final int MAX_HELLO_BYTES = 16 * 1024;

    private final TlsFiles files;
    private final Executor computing;
    private final Carrier inner;
    private final long limitMillis;

    /**
     * @param computing runs the costly parts of handshakes, which would hold up all connections of an event loop
     * @param inner what TLS carries: {@link Carrier#TCP} for AMQP itself
     * @param limitMillis for the whole handshake
     */
    public TlsCarrier(TlsFiles files, Executor computing, Carrier inner, long limitMillis) {
        this.files = files;
        this.computing = computing;
        this.inner = inner;
        this.limitMillis = limitMillis;
    }

    @Override
    public void carry(ChannelPipeline pipeline, String amqp) {
        pipeline.addBefore(amqp, null, new Hello()).addBefore(amqp, null, new Peer());
        inner.carry(pipeline, amqp);
    }

    /** Chooses the certificate by the host name in the peer's hello, then makes room for the handshake. */
    private final class Hello extends SniHandler {
        Hello() {
            super((String hostName) -> files.current().of(hostName), MAX_HELLO_BYTES, limitMillis);
        }

        @Override
        protected SslHandler newSslHandler(SslContext context, ByteBufAllocator allocator) {
            SslHandler handler = context.newHandler(allocator, computing);
            handler.setHandshakeTimeout(limitMillis, TimeUnit.MILLISECONDS);
            return handler;
        }
    }

    /** Says who the peer is once it has proven it. What comes from the inner carrier before is held back. */
    private final class Peer extends ChannelInboundHandlerAdapter {
        private Optional<String> serverName = Optional.empty();

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SniCompletionEvent asked) {
                serverName = Optional.ofNullable(asked.hostname());
            } else if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
                SslHandler tls = context.pipeline().get(SslHandler.class);
                context.fireUserEventTriggered(
                        new CarrierReady(false, true, name(tls.engine().getSession()), serverName, tls::closeOutbound));
                context.pipeline().remove(this);
            }
        }

        private Optional<String> name(SSLSession session) {
            try {
                Certificate[] shown = session.getPeerCertificates();
                return shown[0] instanceof X509Certificate certificate
                        ? files.settings().certificateUser().of(certificate)
                        : Optional.empty();
            } catch (SSLPeerUnverifiedException e) {
                return Optional.empty();
            }
        }
    }
}
