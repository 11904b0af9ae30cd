package io.sluice.server.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of every command that talks to a broker. */
final class BrokerOptions {
    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = BrokerUrl.DEFAULT,
            converter = UrlConverter.class,
            description = "The broker, amqp://user:password@host:port/virtualHost (default ${DEFAULT-VALUE}).")
    BrokerUrl url;

    @Option(names = "--json", description = "Print JSON, one object per line.")
    boolean json;

    static final class UrlConverter implements ITypeConverter<BrokerUrl> {
        @Override
        public BrokerUrl convert(String text) {
            try {
                return BrokerUrl.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
