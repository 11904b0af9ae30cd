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
 * A server of Ratis as its transport sees it, whose members take entries and snapshots only when they are started. Ratis 3.3.0 does not look
 * whether they are for a snapshot: one that comes too early gives the member a role, and the start fails. Entries it refuses by itself, with a
 * stack trace in the log each time.
 *
 * <p>It also tells of a member whose log cannot take the entries, however often they are sent: Ratis says so to nobody but their sender, who
 * sends them again.
 */
final class StartedMembers {
    private StartedMembers() {}

    /** The same server; who sends something too early is told to send it again. */
    static RaftServer of(RaftServer server, OpenMembers members) {
        return (RaftServer) Proxy.newProxyInstance(
                RaftServer.class.getClassLoader(), new Class<?>[] {RaftServer.class}, (proxy, method, arguments) -> {
                    if (arguments != null && arguments[0] instanceof InstallSnapshotRequestProto snapshot) {
                        check(server, members, snapshot.getServerRequest());
                    } else if (arguments != null && arguments[0] instanceof AppendEntriesRequestProto entries) {
                        check(server, members, entries.getServerRequest());
                        return append(server, method, entries, members);
                    }
                    return call(server, method, arguments);
                });
    }

    private static Object append(
            RaftServer server, Method method, AppendEntriesRequestProto entries, OpenMembers members) throws Throwable {
        try {
            return call(server, method, new Object[] {entries});
        } catch (IOException e) {
            // So fails what Ratis asserts; it wraps it.
            if (e.getCause() instanceof IllegalStateException assertion) {
                members.misfit(
                        ProtoUtils.toRaftGroupId(entries.getServerRequest().getRaftGroupId()), assertion);
            }
            throw e;
        }
    }

    private static void check(RaftServer server, OpenMembers members, RaftRpcRequestProto request)
            throws ServerNotReadyException {
        RaftGroupId group = ProtoUtils.toRaftGroupId(request.getRaftGroupId());
        if (!members.isStarted(group)) {
            throw new ServerNotReadyException(server.getId() + " is not started in group " + group + ".");
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
