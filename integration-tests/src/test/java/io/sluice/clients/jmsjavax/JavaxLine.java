package io.sluice.clients.jmsjavax;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Scene;
import java.io.IOException;
import java.io.StringWriter;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Qpid JMS 1 beside Qpid JMS 2, which has classes of the same names: in a class loader of its own, with its own Netty and proton-j, as
 * the build laid them in a folder. The application is that of the other line, compiled with javax's names.
 */
public final class JavaxLine {
    private static final Path JARS = Path.of("target", "clients", "jmsjavax", "jars");
    private static final Path SOURCES = Path.of("src", "test", "java", "io", "sluice", "clients", "jms", "checks");
    private static final String CHECKS = "io.sluice.clients.jms.checks.";

    private final ClassLoader loader;

    private JavaxLine(ClassLoader loader) {
        this.loader = loader;
    }

    /** Compiles the application and loads it. */
    public static JavaxLine load() throws IOException {
        List<Path> jars = list(JARS, ".jar");
        Path classes = Path.of("target", "clients", "jmsjavax", "classes");
        compile(jars, classes);
        List<URL> urls = new ArrayList<>(List.of(url(classes)));
        for (Path jar : jars) {
            urls.add(url(jar));
        }
        return new JavaxLine(new URLClassLoader("javax", urls.toArray(URL[]::new), new Shared()));
    }

    private static URL url(Path path) throws MalformedURLException {
        return path.toAbsolutePath().toUri().toURL();
    }

    private static List<Path> list(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    private static void compile(List<Path> jars, Path classes) throws IOException {
        Path sources = fresh(Path.of("target", "clients", "jmsjavax", "sources"));
        List<Path> renamed = new ArrayList<>();
        for (Path source : list(SOURCES, ".java")) {
            String text = Files.readString(source).replace("jakarta.jms", "javax.jms");
            renamed.add(Files.writeString(sources.resolve(source.getFileName()), text));
        }
        // The jars of this line are in front of those of the other one.
        String path = Stream.concat(
                        jars.stream().map(Path::toString),
                        Stream.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator)))
                .collect(Collectors.joining(java.io.File.pathSeparator));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            said,
                            files,
                            null,
                            List.of("-proc:none", "-d", fresh(classes).toString(), "-classpath", path),
                            null,
                            files.getJavaFileObjectsFromPaths(renamed))
                    .call();
            if (!compiled) {
                throw new IOException("the application does not compile with javax.jms: " + said);
            }
        }
    }

    private static Path fresh(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> old = Files.walk(folder)) {
                for (Path file : old.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        return Files.createDirectories(folder);
    }

    /** The suite of a client, whose checks run with this line as the loader of their threads, by which Qpid JMS finds its parts. */
    public ClientSuite suite(String client) throws ReflectiveOperationException {
        Class<?> checks = loader.loadClass(CHECKS + "JmsChecks");
        ClientSuite suite =
                (ClientSuite) checks.getMethod("suite", String.class).invoke(null, client);
        return suite.within(loader);
    }

    /** Runs a task of the exchange between clients. */
    public void exchange(String method, Scene scene) throws ReflectiveOperationException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            loader.loadClass(CHECKS + "JmsExchange")
                    .getMethod(method, Scene.class)
                    .invoke(null, scene);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Of the tests' own class path, what both lines see: what a check is, and JUnit's assertions. */
    private static final class Shared extends ClassLoader {
        Shared() {
            super("shared", ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            boolean shared = name.startsWith("io.sluice.clients.") && !name.startsWith(CHECKS)
                    || name.startsWith("io.sluice.program.")
                    || name.startsWith("org.junit.")
                    || name.startsWith("org.opentest4j.");
            if (!shared) {
                throw new ClassNotFoundException(name);
            }
            return JavaxLine.class.getClassLoader().loadClass(name);
        }
    }
}
