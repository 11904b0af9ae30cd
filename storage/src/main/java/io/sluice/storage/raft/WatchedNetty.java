package io.sluice.storage.raft;

import java.util.function.Supplier;
import org.apache.ratis.client.ClientFactory;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.netty.NettyFactory;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.ServerFactory;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;

/**
 * Ratis's transport over Netty, with {@link GroupConnections}. It also lets {@link FollowerAnswers} see what a primary hears of its backups, and
 * keeps requests from members that are not {@link StartedMembers} yet. Ratis makes one by the name of its class.
 */
final class WatchedNetty implements RpcType {
    private static final String ANSWERS = "sluice.follower-answers";

    private static final String MEMBERS = "sluice.members";

    static Parameters parameters(FollowerAnswers.ByGroup answers, OpenMembers members) {
        Parameters parameters = new Parameters();
        parameters.put(MEMBERS, members, OpenMembers.class);
        parameters.put(ANSWERS, answers, FollowerAnswers.ByGroup.class);
        return parameters;
    }

    @Override
    public String name() {
        return WatchedNetty.class.getName();
    }

    @Override
    public RpcFactory newFactory(Parameters parameters) {
        return new Factory(parameters);
    }

    private static final class Factory implements ServerFactory, ClientFactory {
        private final NettyFactory netty;
        private final FollowerAnswers.ByGroup answers;
        private final OpenMembers members;

        private Factory(Parameters parameters) {
            this.netty = new NettyFactory(parameters);
            this.answers = given(parameters, ANSWERS, FollowerAnswers.ByGroup.class, FollowerAnswers.ByGroup::new);
            this.members = given(parameters, MEMBERS, OpenMembers.class, OpenMembers::new);
        }

        /** A client of ours has the same settings, and nobody who watches it. */
        private static <T> T given(Parameters parameters, String name, Class<T> kind, Supplier<T> nobody) {
            T given = parameters == null ? null : parameters.get(name, kind);
            return given != null ? given : nobody.get();
        }

        @Override
        public RpcType getRpcType() {
            return netty.getRpcType();
        }

        @Override
        public RaftClientRpc newRaftClientRpc(ClientId clientId, RaftProperties properties) {
            return netty.newRaftClientRpc(clientId, properties);
        }

        @Override
        public RaftServerRpc newRaftServerRpc(RaftServer server) {
            return new GroupConnections(server, netty.newRaftServerRpc(StartedMembers.of(server, members)));
        }

        @Override
        public LogAppender newLogAppender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
            RaftPeerId id = follower.getId();
            answers.follows(
                    server.getMemberId().getGroupId(),
                    id,
                    new FollowerAnswers.Ages(
                            () -> follower.getLastRespondedAppendEntriesSendTime()
                                    .elapsedTimeMs(),
                            () -> follower.getLastRpcResponseTime().elapsedTimeMs()));
            return ServerFactory.super.newLogAppender(NeededSnapshots.of(server, state, follower), state, follower);
        }
    }
}
