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
 *
 * <p>It also tells of a member whose log cannot take the entries, however often they are sent: Ratis says so to nobody but their sender, who
 * sends them again.
 */
final class StartedMembers {
    private StartedMembers() {}

    /** Told of a member whose log does not fit what comes next. On a thread of the transport; must not block. */
    interface Misfits {
        void misfit(RaftGroupId group, Throwable cause);
    }

    /** The same server; who sends something too early is told to send it again. */
    static RaftServer of(RaftServer server, Misfits misfits) {
        return (RaftServer) Proxy.newProxyInstance(
                RaftServer.class.getClassLoader(), new Class<?>[] {RaftServer.class}, (proxy, method, arguments) -> {
                    if (arguments != null && arguments[0] instanceof InstallSnapshotRequestProto snapshot) {
                        check(server, snapshot.getServerRequest());
                    } else if (arguments != null && arguments[0] instanceof AppendEntriesRequestProto entries) {
                        check(server, entries.getServerRequest());
                        return append(server, method, entries, misfits);
                    }
                    return call(server, method, arguments);
                });
    }

    private static Object append(RaftServer server, Method method, AppendEntriesRequestProto entries, Misfits misfits)
            throws Throwable {
        try {
            return call(server, method, new Object[] {entries});
        } catch (IOException e) {
            // So fails what Ratis asserts; it wraps it.
            if (e.getCause() instanceof IllegalStateException assertion) {
                misfits.misfit(
                        ProtoUtils.toRaftGroupId(entries.getServerRequest().getRaftGroupId()), assertion);
            }
            throw e;
        }
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
