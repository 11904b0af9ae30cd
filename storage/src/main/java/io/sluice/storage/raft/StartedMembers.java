package io.sluice.storage.raft;

import io.sluice.storage.raft.OpenMembers.Member;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.exceptions.ServerNotReadyException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.util.ProtoUtils;

/**
 * A server of Ratis as its transport sees it, whose members take entries and snapshots only when they are started. Ratis 3.3.0 does not look
 * whether they are for a snapshot: one that comes too early gives the member a role, and the start fails. Entries it refuses by itself, with a
 * stack trace in the log each time.
 *
 * <p>What a member has taken is done before it is removed: Ratis never answers the entries that a log has not written when it is closed, nor whatever
 * comes by the same connection behind them; and a candidate that is not answered asks again by that connection, for ever.
 *
 * <p>It also tells of a member whose log cannot take the entries, however often they are sent: Ratis says so to nobody but their sender, who
 * sends them again; of one that has no room for a snapshot, which is sent again, too. And it prepares a member that somebody else removes for that ({@link CacheEviction}).
 */
final class StartedMembers {
    private StartedMembers() {}

    /** The same server; who sends something too early is told to send it again. */
    static RaftServer of(RaftServer server, OpenMembers members) {
        return (RaftServer) Proxy.newProxyInstance(
                RaftServer.class.getClassLoader(), new Class<?>[] {RaftServer.class}, (proxy, method, arguments) -> {
                    Object request = arguments == null ? null : arguments[0];
                    if (request instanceof InstallSnapshotRequestProto snapshot) {
                        Member member = taking(server, members, snapshot.getServerRequest());
                        return taken(member, () -> install(server, method, arguments, member));
                    }
                    if (request instanceof AppendEntriesRequestProto entries) {
                        Member member = taking(server, members, entries.getServerRequest());
                        return taken(member, () -> append(server, method, arguments, member));
                    }
                    if (request instanceof GroupManagementRequest change && change.getRemove() != null) {
                        CacheEviction.end(server, change.getRaftGroupId());
                    }
                    return call(server, method, arguments);
                });
    }

    private static Member taking(RaftServer server, OpenMembers members, RaftRpcRequestProto request)
            throws ServerNotReadyException {
        RaftGroupId group = ProtoUtils.toRaftGroupId(request.getRaftGroupId());
        return members.of(group)
                .filter(Member::take)
                .orElseThrow(
                        () -> new ServerNotReadyException(server.getId() + " is not started in group " + group + "."));
    }

    private interface Request {
        Object call() throws Throwable;
    }

    private static Object taken(Member member, Request request) throws Throwable {
        try {
            return request.call();
        } finally {
            member.done();
        }
    }

    private static Object install(RaftServer server, Method method, Object[] arguments, Member member)
            throws Throwable {
        try {
            return call(server, method, arguments);
        } catch (IOException e) {
            member.snapshotFailed(e);
            throw e;
        }
    }

    private static Object append(RaftServer server, Method method, Object[] arguments, Member member) throws Throwable {
        try {
            return call(server, method, arguments);
        } catch (IOException e) {
            // So fails what Ratis asserts; it wraps it.
            if (e.getCause() instanceof IllegalStateException assertion) {
                member.misfit(assertion);
            }
            throw e;
        }
    }

    private static Object call(RaftServer server, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(server, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
