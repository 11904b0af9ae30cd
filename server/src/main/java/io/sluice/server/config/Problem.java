package io.sluice.server.config;

/**
 * One thing wrong in a configuration file.
 *
 * @param line from 1, 0 where the whole file is meant
 * @param column from 1, 0 where the whole file is meant
 * @param text what is wrong, beginning with the key it is about
 */
public record Problem(String file, int line, int column, String text) {
    /** One sentence for an operator: where and what. */
    @Override
    public String toString() {
        String where = line == 0 ? file : file + " line " + line + " column " + column;
        return where + ": " + text;
    }
}
