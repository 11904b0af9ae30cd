package io.sluice.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How long this process runs: what an operator waited, the start of the Java runtime and its launcher included. A launcher that
 * built the broker first says when it was done with that.
 */
final class ProcessAge {
    /** Seconds since boot, as /proc/uptime has them. */
    private static final String BUILT_AT = "SLUICE_BUILT_AT";

    private static final int STARTED_AT = 19;
    private static final int MILLIS_PER_TICK = 10;
    private static final long LOADED_AT_NANOS = System.nanoTime();

    private ProcessAge() {}

    /** Milliseconds; where the operating system does not tell, since this class was loaded. */
    static long millis() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            String uptime = Files.readString(Path.of("/proc/uptime"));
            String builtAt = System.getenv(BUILT_AT);
            return builtAt == null
                    ? millis(stat, uptime)
                    : Math.round((seconds(uptime) - Double.parseDouble(builtAt)) * 1000);
        } catch (IOException | RuntimeException e) {
            return (System.nanoTime() - LOADED_AT_NANOS) / 1_000_000;
        }
    }

    /** By proc(5): the start in ticks of 10 ms since boot, and the seconds since boot. */
    static long millis(String stat, String uptime) {
        // The name of the program, in parentheses, may hold anything; fields are counted behind it.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Math.max(0, Math.round(seconds(uptime) * 1000) - Long.parseLong(fields[STARTED_AT]) * MILLIS_PER_TICK);
    }

    private static double seconds(String uptime) {
        return Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
    }
}
