package io.sluice.amqp.filter;

import io.sluice.amqp.filter.grammar.SelectorParser;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.DefaultErrorStrategy;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.IntervalSet;

/** Ends parsing at the first error, with where it is, what stands there and what was expected. Nothing is repaired. */
final class SyntaxErrors extends DefaultErrorStrategy {
    private static final int LONGEST_QUOTE = 30;
    private static final IntervalSet VALUES = new IntervalSet(
            SelectorParser.INTEGER,
            SelectorParser.DECIMAL,
            SelectorParser.SPECIAL_NUMBER,
            SelectorParser.TEXT,
            SelectorParser.BINARY,
            SelectorParser.TRUE,
            SelectorParser.FALSE,
            SelectorParser.UTC,
            SelectorParser.FUNCTION,
            SelectorParser.IDENTIFIER,
            SelectorParser.DELIMITED,
            SelectorParser.OPEN,
            SelectorParser.PLUS,
            SelectorParser.MINUS,
            SelectorParser.NOT);
    private static final IntervalSet NAMES = new IntervalSet(SelectorParser.IDENTIFIER, SelectorParser.DELIMITED);
    private static final IntervalSet ARITHMETIC = new IntervalSet(
            SelectorParser.PLUS,
            SelectorParser.MINUS,
            SelectorParser.TIMES,
            SelectorParser.DIVIDE,
            SelectorParser.MODULO);
    private static final IntervalSet OPERATORS = new IntervalSet(
            SelectorParser.EQUAL,
            SelectorParser.NOT_EQUAL,
            SelectorParser.LESS,
            SelectorParser.LESS_OR_EQUAL,
            SelectorParser.GREATER,
            SelectorParser.GREATER_OR_EQUAL,
            SelectorParser.AND,
            SelectorParser.OR,
            SelectorParser.NOT,
            SelectorParser.BETWEEN,
            SelectorParser.IN,
            SelectorParser.IS,
            SelectorParser.LIKE);

    @Override
    public void reportError(Parser parser, RecognitionException error) {
        throw rejection(parser, error.getOffendingToken(), error.getExpectedTokens());
    }

    @Override
    protected void reportUnwantedToken(Parser parser) {
        throw rejection(parser, parser.getCurrentToken(), getExpectedTokens(parser));
    }

    @Override
    protected Token singleTokenDeletion(Parser parser) {
        return null;
    }

    @Override
    protected boolean singleTokenInsertion(Parser parser) {
        return false;
    }

    private static Rejection rejection(Parser parser, Token found, IntervalSet expected) {
        return new Rejection(
                found.getStartIndex() + 1, found(found) + " where " + expected(parser, expected) + " is expected");
    }

    private static String found(Token token) {
        switch (token.getType()) {
            case Token.EOF:
                return "the end";
            case SelectorParser.OPEN_TEXT:
                return "a text that is not closed";
            default:
                String text = token.getText();
                return "'" + (text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) + "…" : text) + "'";
        }
    }

    private static String expected(Parser parser, IntervalSet expected) {
        List<String> names = new ArrayList<>();
        IntervalSet rest = expected;
        if (rest.contains(SelectorParser.INTEGER)) {
            names.add("a value");
            rest = rest.subtract(VALUES);
        } else if (rest.contains(SelectorParser.EQUAL)) {
            names.add("an operator");
            rest = rest.subtract(OPERATORS).subtract(ARITHMETIC);
        } else if (rest.contains(SelectorParser.TIMES)) {
            names.add("an arithmetic operator");
            rest = rest.subtract(ARITHMETIC);
        }
        if (rest.contains(SelectorParser.IDENTIFIER)) {
            names.add("a name");
            rest = rest.subtract(NAMES);
        }
        for (int type : rest.toArray()) {
            if (type != Token.EOF) {
                names.add(name(parser, type));
            }
        }
        if (rest.contains(Token.EOF)) {
            names.add("the end");
        }
        int last = names.size() - 1;
        return last == 0 ? names.get(0) : String.join(", ", names.subList(0, last)) + " or " + names.get(last);
    }

    private static String name(Parser parser, int type) {
        switch (type) {
            case SelectorParser.TEXT:
                return "a text";
            case SelectorParser.OPEN:
                return "'('";
            case SelectorParser.CLOSE:
                return "')'";
            case SelectorParser.COMMA:
                return "','";
            case SelectorParser.SEMICOLON:
                return "';'";
            default:
                return parser.getVocabulary().getSymbolicName(type);
        }
    }
}
