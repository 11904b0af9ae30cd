package io.sluice.server.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Rows of attributes for a person. */
final class Table {
    private Table() {}

    /** Columns as wide as their widest value. */
    static List<String> lines(List<String> attributes, List<Map<String, Object>> rows) {
        List<String> lines = new ArrayList<>();
        int[] widths = new int[attributes.size()];
        for (int column = 0; column < widths.length; column++) {
            widths[column] = attributes.get(column).length();
            for (Map<String, Object> row : rows) {
                widths[column] = Math.max(
                        widths[column], cell(row, attributes.get(column)).length());
            }
        }
        for (int row = -1; row < rows.size(); row++) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < widths.length; column++) {
                String attribute = attributes.get(column);
                String cell = row < 0 ? attribute : cell(rows.get(row), attribute);
                line.append(cell).append(" ".repeat(widths[column] - cell.length() + 2));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private static String cell(Map<String, Object> row, String attribute) {
        Object value = row.get(attribute);
        return value == null ? "" : String.valueOf(value);
    }

    /** Prints rows as objects or as a table. */
    static void print(Output output, boolean json, List<String> attributes, List<Map<String, Object>> rows) {
        if (json) {
            rows.forEach(output::object);
        } else {
            lines(attributes, rows).forEach(output::quoted);
        }
    }
}
