package io.sluice.storage.raft;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.client.impl.ClientProtoUtils;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.netty.NettyRpcProxy;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcReplyProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionReplyProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.proto.netty.NettyProtos.RaftNettyServerReplyProto;
import org.apache.ratis.proto.netty.NettyProtos.RaftNettyServerRequestProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupInfoRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.thirdparty.io.netty.channel.Channel;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelFuture;
import org.apache.ratis.thirdparty.io.netty.channel.EventLoopGroup;
import org.apache.ratis.thirdparty.io.netty.channel.nio.NioEventLoopGroup;
import org.apache.ratis.thirdparty.io.netty.util.concurrent.DefaultThreadFactory;
import org.apache.ratis.util.PeerProxyMap;
import org.apache.ratis.util.ProtoUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the members on a node talk to those on others: each group by connections of its own. Ratis 3.3.0 has one connection for all groups of a
 * node. It takes the requests there one after the other, so that one group waits for the disk of another; it closes the connection where any of
 * them has waited for too long; and it tells answers apart by numbers that snapshots of two groups have in common, so that both fail.
 *
 * <p>What comes in is Ratis's own. Any thread; who asks waits for the answer.
 */
final class GroupConnections implements RaftServerRpc {
    private static final Logger LOG = LoggerFactory.getLogger(GroupConnections.class);

    /** Answers are handed on there, no more. */
    private static final int MAX_THREADS = 4;

    private static final int LEAST_CONNECT_MILLIS = 1_000;
    /** The last part of a snapshot is answered when all of it is on the disk. */
    private static final int WHOLE_SNAPSHOT_MILLIS = 15_000;

    private final RaftServerRpc port;
    private final RaftProperties properties;
    private final EventLoopGroup loops;
    private final Map<RaftPeerId, RaftPeer> peers = new ConcurrentHashMap<>();
    private final Map<RaftGroupId, Connections> byGroup = new ConcurrentHashMap<>();

    /** Of one group, to each of its other members. */
    private static final class Connections extends PeerProxyMap<NettyRpcProxy> {
        private Connections(RaftGroupId group, RaftProperties properties, EventLoopGroup loops) {
            super(group.toString(), peer -> connected(peer, properties, loops));
        }

        private static NettyRpcProxy connected(RaftPeer peer, RaftProperties properties, EventLoopGroup loops)
                throws IOException {
            try {
                return new NettyRpcProxy(peer, properties, loops);
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
    }

    /** Threads of connections, which are given up where they cannot be made in time: it would be half a minute else. */
    private static final class Loops extends NioEventLoopGroup {
        private final int connectMillis;

        private Loops(int connectMillis) {
            super(
                    Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors()),
                    new DefaultThreadFactory("raft-rpc", true));
            this.connectMillis = connectMillis;
        }

        @Override
        public ChannelFuture register(Channel channel) {
            channel.config().setConnectTimeoutMillis(connectMillis);
            return super.register(channel);
        }
    }

    /** @param port where others ask this node */
    GroupConnections(RaftServer server, RaftServerRpc port) {
        this.port = port;
        this.properties = server.getProperties();
        this.loops = new Loops(Math.max(
                LEAST_CONNECT_MILLIS,
                RaftServerConfigKeys.Rpc.timeoutMax(properties, LOG::debug).toIntExact(TimeUnit.MILLISECONDS)));
    }

    private static InterruptedIOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        InterruptedIOException interrupted = new InterruptedIOException("interrupted");
        interrupted.initCause(e);
        return interrupted;
    }

    @Override
    public RpcType getRpcType() {
        return port.getRpcType();
    }

    @Override
    public void start() throws IOException {
        port.start();
    }

    @Override
    public InetSocketAddress getInetSocketAddress() {
        return port.getInetSocketAddress();
    }

    @Override
    public void addRaftPeers(Collection<RaftPeer> added) {
        added.forEach(peer -> peers.put(peer.getId(), peer));
        byGroup.values().forEach(connections -> connections.addRaftPeers(added));
    }

    /** Was done when it was thrown, for the group that it is of. */
    @Override
    public void handleException(RaftPeerId serverId, Exception e, boolean reconnect) {}

    @Override
    public RequestVoteReplyProto requestVote(RequestVoteRequestProto request) throws IOException {
        return send(
                        request.getServerRequest(),
                        RaftNettyServerRequestProto.newBuilder().setRequestVoteRequest(request),
                        false)
                .getRequestVoteReply();
    }

    /** Ratis 3.3.0 does not end a transfer of which this fails at once: its primary would refuse everything from then on. So it fails by its time. */
    @Override
    public StartLeaderElectionReplyProto startLeaderElection(StartLeaderElectionRequestProto request) {
        RaftRpcRequestProto head = request.getServerRequest();
        try {
            return send(head, RaftNettyServerRequestProto.newBuilder().setStartLeaderElectionRequest(request), false)
                    .getStartLeaderElectionReply();
        } catch (IOException e) {
            LOG.debug("{} cannot be asked to be the primary", head.getReplyId().toStringUtf8(), e);
            return StartLeaderElectionReplyProto.newBuilder()
                    .setServerReply(RaftRpcReplyProto.newBuilder()
                            .setRequestorId(head.getRequestorId())
                            .setReplyId(head.getReplyId())
                            .setRaftGroupId(head.getRaftGroupId())
                            .setCallId(head.getCallId())
                            .setSuccess(false))
                    .build();
        }
    }

    @Override
    public AppendEntriesReplyProto appendEntries(AppendEntriesRequestProto request) throws IOException {
        return send(
                        request.getServerRequest(),
                        RaftNettyServerRequestProto.newBuilder().setAppendEntriesRequest(request),
                        false)
                .getAppendEntriesReply();
    }

    /** Whatever becomes of one, its answer must not be taken for that to the next one: they all have the same number. */
    @Override
    public InstallSnapshotReplyProto installSnapshot(InstallSnapshotRequestProto request) throws IOException {
        boolean last = request.getSnapshotChunk().getDone();
        RaftRpcRequestProto head = last
                ? request.getServerRequest().toBuilder()
                        .setTimeoutMs(WHOLE_SNAPSHOT_MILLIS)
                        .build()
                : request.getServerRequest();
        try {
            return send(head, RaftNettyServerRequestProto.newBuilder().setInstallSnapshotRequest(request), true)
                    .getInstallSnapshotReply();
        } catch (IOException | RuntimeException e) {
            pause();
            throw e;
        }
    }

    /** Whoever sends a snapshot sends it again at once where that fails. */
    private void pause() throws IOException {
        try {
            RaftServerConfigKeys.Rpc.sleepTime(properties).sleep();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /**
     * Whether another member takes part in a group at this moment, of which Ratis knows no more than when it answered last.
     *
     * @param limitMillis for the answer; a connection that is to be made first has its own time
     */
    boolean isThere(RaftGroupId group, RaftPeerId asked, long limitMillis) throws InterruptedException {
        GroupInfoRequest question = new GroupInfoRequest(ClientId.randomId(), asked, group, CallId.getAndIncrement());
        RaftNettyServerRequestProto request = RaftNettyServerRequestProto.newBuilder()
                .setGroupInfoRequest(ClientProtoUtils.toGroupInfoRequestProto(question))
                .build();
        Connections its = of(group);
        try {
            its.getProxy(asked).sendAsync(request).get(limitMillis, TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            its.handleException(asked, e.getCause(), false);
        } catch (IOException | RuntimeException e) {
            its.handleException(asked, e, e instanceof RuntimeException);
        } catch (TimeoutException e) {
            LOG.debug("{} has not answered in {} ms", asked, limitMillis);
        }
        return false;
    }

    private RaftNettyServerReplyProto send(
            RaftRpcRequestProto head, RaftNettyServerRequestProto.Builder request, boolean anew) throws IOException {
        RaftPeerId to = RaftPeerId.valueOf(head.getReplyId());
        Connections its = of(ProtoUtils.toRaftGroupId(head.getRaftGroupId()));
        try {
            return its.getProxy(to).send(head, request.build());
        } catch (IOException | RuntimeException e) {
            its.handleException(to, e, anew || e instanceof RuntimeException);
            throw e;
        }
    }

    private Connections of(RaftGroupId group) {
        Connections its = byGroup.get(group);
        if (its != null) {
            return its;
        }
        return byGroup.computeIfAbsent(group, any -> {
            Connections made = new Connections(any, properties, loops);
            made.addRaftPeers(peers.values());
            return made;
        });
    }

    @Override
    public void close() throws IOException {
        port.close();
        byGroup.values().forEach(PeerProxyMap::close);
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
