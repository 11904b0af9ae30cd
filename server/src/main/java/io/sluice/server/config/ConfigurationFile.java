package io.sluice.server.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads {@code sluice.yaml}. */
public final class ConfigurationFile {
    private ConfigurationFile() {}

    /** @throws ConfigurationException the file cannot be read, is not YAML, or says something it must not; names all of it */
    public static Configuration read(Path file) throws ConfigurationException {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (NoSuchFileException e) {
            throw unreadable(file, "there is no such file");
        } catch (CharacterCodingException e) {
            throw unreadable(file, "it is not UTF-8 text");
        } catch (IOException e) {
            throw unreadable(file, "it cannot be read: " + e.getMessage());
        }
    }

    /**
     * @param name of the file, for the errors
     * @throws ConfigurationException it is not YAML, or says something it must not
     */
    static Configuration parse(String name, String text) throws ConfigurationException {
        Problems problems = new Problems(name);
        Node root = null;
        try {
            Compose compose = new Compose(LoadSettings.builder().setLabel(name).build());
            root = compose.composeReader(new StringReader(text)).orElse(null);
        } catch (MarkedYamlEngineException e) {
            String problem = e.getProblem().replaceAll("\\s+", " ");
            problems.add(e.getProblemMark().orElse(null), "this is not YAML: " + problem);
        } catch (YamlEngineException e) {
            problems.add((Node) null, "this is not YAML: " + e.getMessage().replaceAll("\\s+", " "));
        }
        problems.throwIfAny();
        Configuration configuration = new ConfigurationBinder(problems).bind(root);
        problems.throwIfAny();
        return configuration;
    }

    private static ConfigurationException unreadable(Path file, String why) {
        return new ConfigurationException(List.of(new Problem(file.toString(), 0, 0, why)));
    }
}
