package io.sluice.amqp.filter;

import io.sluice.amqp.filter.grammar.SelectorLexer;
import io.sluice.amqp.filter.grammar.SelectorParser;
import java.util.Locale;
import java.util.Set;
import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.CommonToken;
import org.antlr.v4.runtime.Token;

/** The words of a selector and those that Service Bus has beside: functions, names in brackets, and in actions what they do. Used once. */
final class ServiceBusLexer extends SelectorLexer {
    private static final Set<String> FUNCTIONS = Set.of("newid", "property", "p");
    private static final Set<String> SCOPES = Set.of("sys", "user");

    private final boolean action;

    private ServiceBusLexer(CharStream text, boolean action) {
        super(text);
        this.action = action;
    }

    static ServiceBusLexer ofCondition(CharStream text) {
        return new ServiceBusLexer(text, false);
    }

    static ServiceBusLexer ofAction(CharStream text) {
        return new ServiceBusLexer(text, true);
    }

    @Override
    public Token nextToken() {
        Token token = super.nextToken();
        if (token instanceof CommonToken word) {
            if (word.getType() == SelectorParser.IDENTIFIER) {
                identifier(word);
            } else if (word.getType() == SelectorParser.STRANGE) {
                strange(word);
            }
        }
        return token;
    }

    private void identifier(CommonToken word) {
        String text = word.getText().toLowerCase(Locale.ROOT);
        if (FUNCTIONS.contains(text) && next() == '(') {
            word.setType(SelectorParser.FUNCTION);
        } else if (SCOPES.contains(text) && _input.LA(1) == '.' && _input.LA(2) == '[') {
            _input.consume();
            _input.consume();
            bracketed(word);
        } else if (action && text.equals("set")) {
            word.setType(SelectorParser.SET);
        } else if (action && text.equals("remove")) {
            word.setType(SelectorParser.REMOVE);
        }
    }

    /** The character that follows, behind spaces. */
    private int next() {
        int at = 1;
        while (Character.isWhitespace(_input.LA(at))) {
            at++;
        }
        return _input.LA(at);
    }

    private void strange(CommonToken word) {
        if (word.getText().equals("[")) {
            bracketed(word);
        } else if (action && word.getText().equals(";")) {
            word.setType(SelectorParser.SEMICOLON);
        }
    }

    /** The word goes on up to the bracket that closes it; one that is not closed stays what nothing can be made of. */
    private void bracketed(CommonToken word) {
        boolean empty = _input.LA(1) == ']' && _input.LA(2) != ']';
        while (_input.LA(1) != CharStream.EOF && (_input.LA(1) != ']' || _input.LA(2) == ']')) {
            if (_input.LA(1) == ']') {
                _input.consume();
            }
            _input.consume();
        }
        boolean closed = _input.LA(1) == ']';
        if (closed) {
            _input.consume();
        }
        word.setStopIndex(_input.index() - 1);
        word.setType(closed && !empty ? SelectorParser.DELIMITED : SelectorParser.STRANGE);
    }
}
