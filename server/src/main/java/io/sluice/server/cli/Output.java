package io.sluice.server.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;

/** Prints the results of a command, as lines or as JSON objects, one per line. */
final class Output {
    private static final JsonFactory JSON = new JsonFactory();

    private final PrintWriter out;

    Output(PrintWriter out) {
        this.out = out;
    }

    /** Writes the fields of one object. */
    @FunctionalInterface
    interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    /** A line of somebody else's words: a control character must not move a terminal's cursor. */
    void quoted(String line) {
        line(line.replaceAll("\\p{Cntrl}", "?"));
    }

    void line(String line) {
        out.println(line);
        out.flush();
    }

    /** A JSON object with these fields. */
    void object(Map<String, ?> fields) {
        object(json -> {
            for (Map.Entry<String, ?> field : fields.entrySet()) {
                json.writeFieldName(field.getKey());
                MessagePrinter.write(json, field.getValue());
            }
        });
    }

    void object(Fields fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        line(text.toString());
    }
}
