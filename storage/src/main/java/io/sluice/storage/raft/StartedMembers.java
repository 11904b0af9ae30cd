package io.sluice.storage.raft;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.exceptions.ServerNotReadyException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.util.ProtoUtils;

/**
 * A server of Ratis as its transport sees it, whose members take snapshots only when they have a role. Ratis 3.3.0 looks whether they have
 * for every other request: a snapshot that comes while a member is being started gives it a role too early, and the start fails.
 */
final class StartedMembers {
    private static final String INSTALL_SNAPSHOT = "installSnapshot";

    private StartedMembers() {}

    /** The same server; who sends a snapshot too early is told to send it again. */
    static RaftServer of(RaftServer server) {
        return (RaftServer) Proxy.newProxyInstance(
                RaftServer.class.getClassLoader(), new Class<?>[] {RaftServer.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals(INSTALL_SNAPSHOT)
                            && arguments[0] instanceof InstallSnapshotRequestProto request) {
                        check(server, request);
                    }
                    return call(server, method, arguments);
                });
    }

    private static void check(RaftServer server, InstallSnapshotRequestProto request) throws IOException {
        RaftGroupId group = ProtoUtils.toRaftGroupId(request.getServerRequest().getRaftGroupId());
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
