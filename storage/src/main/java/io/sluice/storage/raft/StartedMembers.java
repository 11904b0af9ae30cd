package io.sluice.storage.raft;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.exceptions.ServerNotReadyException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.util.ProtoUtils;

/**
 * A server of Ratis as its transport sees it, whose members take entries and snapshots only when they have a role. Ratis 3.3.0 does not look
 * whether they have for a snapshot: one that comes while a member is being started gives it a role too early, and the start fails. Entries it
 * refuses by itself, with a stack trace in the log each time.
 */
final class StartedMembers {
    private StartedMembers() {}

    /** The same server; who sends something too early is told to send it again. */
    static RaftServer of(RaftServer server) {
        return (RaftServer) Proxy.newProxyInstance(
                RaftServer.class.getClassLoader(), new Class<?>[] {RaftServer.class}, (proxy, method, arguments) -> {
                    if (arguments != null && arguments[0] instanceof InstallSnapshotRequestProto snapshot) {
                        check(server, snapshot.getServerRequest());
                    } else if (arguments != null && arguments[0] instanceof AppendEntriesRequestProto entries) {
                        check(server, entries.getServerRequest());
                    }
                    return call(server, method, arguments);
                });
    }

    private static void check(RaftServer server, RaftRpcRequestProto request) throws IOException {
        RaftGroupId group = ProtoUtils.toRaftGroupId(request.getRaftGroupId());
        if (server.getDivision(group).getInfo().getCurrentRole() == null) {
            throw new ServerNotReadyException(server.getId() + " is being started in group " + group + ".");
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
