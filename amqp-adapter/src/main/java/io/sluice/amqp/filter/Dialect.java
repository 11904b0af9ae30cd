package io.sluice.amqp.filter;

import java.util.Optional;
import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.Lexer;

/** Where JMS selectors and AMQP SQL filters differ: in their words and in some rules; the grammar is one. */
interface Dialect {
    Lexer lexer(CharStream text);

    /** The field a name stands for. @param name the whole token. @throws Rejection it stands for none */
    Expression field(String name, int position);

    /** @param digits the whole token. @throws NumberFormatException out of range */
    Value integer(String digits, boolean negative);

    /** @param token with its quotes */
    default String text(String token) {
        String quote = token.substring(0, 1);
        return token.substring(1, token.length() - 1).replace(quote + quote, quote);
    }

    Comparison.Rules rules();

    /** Whether 7 / 2 is 3.5. */
    boolean dividesExactly();

    /** A function of the message. @param argument in its parentheses, empty where there is nothing. @throws Rejection it takes another */
    default Expression function(String name, Optional<Expression> argument, int position) {
        throw new IllegalStateException("no word of this language is a function: " + name);
    }

    /** The time as an expression. */
    Expression now();
}
