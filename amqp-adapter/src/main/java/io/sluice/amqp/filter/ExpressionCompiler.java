package io.sluice.amqp.filter;

import io.sluice.amqp.filter.Expression.Literal;
import io.sluice.amqp.filter.grammar.SelectorParser;
import io.sluice.amqp.filter.grammar.SelectorParserBaseVisitor;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.TerminalNode;

/** Makes a tree of expressions of a parsed filter, and refuses what no message could give a meaning to. Used once. */
final class ExpressionCompiler extends SelectorParserBaseVisitor<Expression> {
    private final Dialect dialect;

    ExpressionCompiler(Dialect dialect) {
        this.dialect = dialect;
    }

    @Override
    public Expression visitSelector(SelectorParser.SelectorContext selector) {
        return typed(selector.disjunction(), Expression.Type.BOOLEAN);
    }

    @Override
    public Expression visitDisjunction(SelectorParser.DisjunctionContext disjunction) {
        return disjunction.OR().isEmpty()
                ? visit(disjunction.conjunction(0))
                : new Logic.Any(all(disjunction.conjunction(), Expression.Type.BOOLEAN));
    }

    @Override
    public Expression visitConjunction(SelectorParser.ConjunctionContext conjunction) {
        return conjunction.AND().isEmpty()
                ? visit(conjunction.negation(0))
                : new Logic.All(all(conjunction.negation(), Expression.Type.BOOLEAN));
    }

    @Override
    public Expression visitNegation(SelectorParser.NegationContext negation) {
        if (negation.NOT().isEmpty()) {
            return visit(negation.predicate());
        }
        Expression condition = typed(negation.predicate(), Expression.Type.BOOLEAN);
        return negation.NOT().size() % 2 == 1 ? new Logic.Not(condition) : new Logic.Not(new Logic.Not(condition));
    }

    @Override
    public Expression visitPredicate(SelectorParser.PredicateContext predicate) {
        SelectorParser.SumContext subject = predicate.sum(0);
        if (predicate.comparator() != null) {
            return comparison(predicate.comparator().getStart(), subject, predicate.sum(1));
        }
        Expression condition;
        if (predicate.IS() != null) {
            condition = new Logic.IsNull(field(subject));
        } else if (predicate.test() instanceof SelectorParser.BetweenContext between) {
            Expression[] bounds = all(between.sum());
            Expression value = visit(subject);
            ordered(subject, value);
            ordered(between.sum(0), bounds[0]);
            ordered(between.sum(1), bounds[1]);
            condition = new Comparison.Between(value, bounds[0], bounds[1], dialect.rules());
        } else if (predicate.test() instanceof SelectorParser.InContext in) {
            condition = new Comparison.In(visit(subject), all(in.sum()), dialect.rules());
        } else if (predicate.test() instanceof SelectorParser.LikeContext like) {
            condition = new Like(typed(subject, Expression.Type.TEXT), pattern(like));
        } else {
            return visit(subject);
        }
        return predicate.NOT() == null ? condition : new Logic.Not(condition);
    }

    private Expression field(SelectorParser.SumContext subject) {
        Expression field = visit(subject);
        if (field instanceof Literal) {
            throw new Rejection(position(subject), "a literal is never NULL; a field is expected");
        }
        return field;
    }

    private Expression comparison(Token token, SelectorParser.SumContext left, SelectorParser.SumContext right) {
        Comparison.Operator operator = comparison(token.getType());
        Expression first = visit(left);
        Expression second = visit(right);
        if (operator.orders()) {
            ordered(left, first);
            ordered(right, second);
        }
        return new Comparison.Of(operator, first, second, dialect.rules());
    }

    private void ordered(SelectorParser.SumContext where, Expression operand) {
        boolean text = dialect.rules().ordersTexts() && operand.type() == Expression.Type.TEXT;
        if (!text && !operand.type().mayBe(Expression.Type.NUMBER)) {
            throw new Rejection(position(where), operand.type() + " has no order: a number is expected");
        }
    }

    private static Comparison.Operator comparison(int type) {
        switch (type) {
            case SelectorParser.EQUAL:
                return Comparison.Operator.EQUAL;
            case SelectorParser.NOT_EQUAL:
                return Comparison.Operator.NOT_EQUAL;
            case SelectorParser.LESS:
                return Comparison.Operator.LESS;
            case SelectorParser.LESS_OR_EQUAL:
                return Comparison.Operator.LESS_OR_EQUAL;
            case SelectorParser.GREATER:
                return Comparison.Operator.GREATER;
            default:
                return Comparison.Operator.GREATER_OR_EQUAL;
        }
    }

    private short[] pattern(SelectorParser.LikeContext like) {
        String text = dialect.text(like.pattern.getText());
        if (text.length() > Like.MAX_PATTERN_CHARS) {
            throw new Rejection(
                    position(like.pattern), "a pattern has " + Like.MAX_PATTERN_CHARS + " characters at most");
        }
        short[] pattern = Like.compile(text, escape(like.escape));
        if (pattern == null) {
            throw new Rejection(position(like.pattern), "the pattern ends in its escape character");
        }
        return pattern;
    }

    private int escape(Token token) {
        if (token == null) {
            return -1;
        }
        String escape = dialect.text(token.getText());
        if (escape.codePointCount(0, escape.length()) != 1) {
            throw new Rejection(position(token), "ESCAPE takes a text of one character");
        }
        return escape.codePointAt(0);
    }

    @Override
    public Expression visitSum(SelectorParser.SumContext sum) {
        return chain(sum, sum.product());
    }

    @Override
    public Expression visitProduct(SelectorParser.ProductContext product) {
        return chain(product, product.factor());
    }

    /** Children are operand, operator, operand and so on. */
    private Expression chain(ParserRuleContext chain, List<? extends ParserRuleContext> operands) {
        if (operands.size() == 1) {
            return visit(operands.get(0));
        }
        Arithmetic.Term[] terms = new Arithmetic.Term[operands.size() - 1];
        for (int i = 0; i < terms.length; i++) {
            TerminalNode operator = (TerminalNode) chain.getChild(2 * i + 1);
            terms[i] = new Arithmetic.Term(
                    arithmetic(operator.getSymbol().getType()), typed(operands.get(i + 1), Expression.Type.NUMBER));
        }
        return new Arithmetic.Chain(typed(operands.get(0), Expression.Type.NUMBER), terms, dialect.dividesExactly());
    }

    private static Arithmetic.Operator arithmetic(int type) {
        switch (type) {
            case SelectorParser.PLUS:
                return Arithmetic.Operator.PLUS;
            case SelectorParser.MINUS:
                return Arithmetic.Operator.MINUS;
            case SelectorParser.TIMES:
                return Arithmetic.Operator.TIMES;
            case SelectorParser.DIVIDE:
                return Arithmetic.Operator.DIVIDE;
            default:
                return Arithmetic.Operator.MODULO;
        }
    }

    @Override
    public Expression visitFactor(SelectorParser.FactorContext factor) {
        boolean negative = factor.MINUS().size() % 2 == 1;
        // The sign belongs to the literal: the smallest long has no positive counterpart.
        if (factor.atom() instanceof SelectorParser.IntegerContext literal) {
            return integer(literal.getStart(), negative);
        }
        if (factor.getChildCount() == 1) {
            return visit(factor.atom());
        }
        Expression operand = typed(factor.atom(), Expression.Type.NUMBER);
        if (operand instanceof Literal number) {
            return negative ? new Literal(Arithmetic.negate(number.value()), Expression.Type.NUMBER) : number;
        }
        return new Arithmetic.Signed(operand, negative);
    }

    private Expression integer(Token token, boolean negative) {
        try {
            return new Literal(dialect.integer(token.getText(), negative), Expression.Type.NUMBER);
        } catch (NumberFormatException e) {
            throw new Rejection(position(token), "a whole number beyond 64 bits");
        }
    }

    @Override
    public Expression visitDecimal(SelectorParser.DecimalContext decimal) {
        String text = decimal.getText();
        boolean single = text.endsWith("f") || text.endsWith("F");
        double number = single ? Float.parseFloat(text) : Double.parseDouble(text);
        if (Double.isInfinite(number)) {
            throw new Rejection(position(decimal), "a number beyond the range of its type");
        }
        return new Literal(Value.of(number), Expression.Type.NUMBER);
    }

    @Override
    public Expression visitSpecialNumber(SelectorParser.SpecialNumberContext special) {
        double number = special.getText().equals("NAN") ? Double.NaN : Double.POSITIVE_INFINITY;
        return new Literal(Value.of(number), Expression.Type.NUMBER);
    }

    @Override
    public Expression visitText(SelectorParser.TextContext text) {
        return new Literal(Value.of(dialect.text(text.getText())), Expression.Type.TEXT);
    }

    @Override
    public Expression visitBinary(SelectorParser.BinaryContext binary) {
        byte[] bytes = HexFormat.of().parseHex(binary.getText().substring(2));
        return new Literal(Value.binary(bytes, 0, bytes.length), Expression.Type.BINARY);
    }

    @Override
    public Expression visitTruth(SelectorParser.TruthContext truth) {
        return new Literal(Value.of(truth.TRUE() != null), Expression.Type.BOOLEAN);
    }

    @Override
    public Expression visitUtc(SelectorParser.UtcContext utc) {
        return dialect.now();
    }

    @Override
    public Expression visitFunction(SelectorParser.FunctionContext function) {
        Optional<Expression> argument =
                Optional.ofNullable(function.disjunction()).map(this::visit);
        return dialect.function(function.FUNCTION().getText(), argument, position(function));
    }

    @Override
    public Expression visitIdentifier(SelectorParser.IdentifierContext identifier) {
        return dialect.field(identifier.getText(), position(identifier));
    }

    @Override
    public Expression visitNested(SelectorParser.NestedContext nested) {
        return visit(nested.disjunction());
    }

    private Expression typed(ParserRuleContext context, Expression.Type type) {
        Expression expression = visit(context);
        if (!expression.type().mayBe(type)) {
            throw new Rejection(position(context), expression.type() + " where " + type + " is expected");
        }
        return expression;
    }

    private Expression[] all(List<? extends ParserRuleContext> contexts, Expression.Type type) {
        return contexts.stream().map(context -> typed(context, type)).toArray(Expression[]::new);
    }

    private Expression[] all(List<? extends ParserRuleContext> contexts) {
        return contexts.stream().map(this::visit).toArray(Expression[]::new);
    }

    private static int position(ParserRuleContext context) {
        return position(context.getStart());
    }

    private static int position(Token token) {
        return token.getStartIndex() + 1;
    }
}
