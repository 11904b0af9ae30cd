package io.sluice.amqp.management;

import java.util.List;

/** One operation of the management node. Stateless; the connection's event loop. */
interface Operation {
    /** As requests name it. */
    String name();

    /** Application properties and body keys it looks at, for those who ask. */
    List<String> arguments();

    /** Answers now or, once a shard has answered, later. */
    void run(ManagementRequest request, Answer answer) throws ManagementException;
}
