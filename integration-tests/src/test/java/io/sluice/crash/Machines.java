package io.sluice.crash;

import java.util.List;

/** Where the nodes of a cluster run. */
interface Machines {
    /** All of them where the test runs. */
    Machines THIS_ONE = new Machines() {
        @Override
        public String host(String node) {
            return "127.0.0.1";
        }

        @Override
        public List<String> command(String node) {
            return List.of();
        }
    };

    /** Under which its clients and the other nodes reach it. */
    String host(String node);

    /** What starts a program there: its beginning, to which the program is added. */
    List<String> command(String node);
}
