package io.sluice.amqp.filter;

import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Selectors as the standard's text has them, on a map and with boxed objects; null is unknown. Shares nothing with what it is
 * compared with. A node evaluates and writes itself.
 */
interface NaiveSelector {
    Object in(Map<String, Object> message);

    String text();

    static NaiveSelector of(String text, java.util.function.Function<Map<String, Object>, Object> meaning) {
        return new NaiveSelector() {
            @Override
            public Object in(Map<String, Object> message) {
                return meaning.apply(message);
            }

            @Override
            public String text() {
                return text;
            }

            @Override
            public String toString() {
                return text;
            }
        };
    }

    static NaiveSelector literal(Object value) {
        String text = value instanceof String s ? "'" + s.replace("'", "''") + "'" : String.valueOf(value);
        return of(text, message -> value instanceof Integer i ? (Object) i.longValue() : value);
    }

    static NaiveSelector field(String name) {
        return of(name, message -> {
            Object value = message.get(name);
            if (value instanceof Byte || value instanceof Short || value instanceof Integer) {
                return ((Number) value).longValue();
            }
            return value instanceof Float f ? (Object) f.doubleValue() : value;
        });
    }

    static NaiveSelector nested(NaiveSelector inner) {
        return of("(" + inner.text() + ")", inner::in);
    }

    static NaiveSelector not(NaiveSelector inner) {
        return of("NOT (" + inner.text() + ")", message -> not(inner.in(message)));
    }

    private static Object not(Object truth) {
        return truth instanceof Boolean b ? (Object) !b : null;
    }

    static NaiveSelector logic(boolean and, NaiveSelector left, NaiveSelector right) {
        String text = "(" + left.text() + ")" + (and ? " AND " : " or ") + "(" + right.text() + ")";
        return of(text, message -> logic(and, left.in(message), right.in(message)));
    }

    private static Object logic(boolean and, Object left, Object right) {
        Boolean decisive = !and;
        if (decisive.equals(left) || decisive.equals(right)) {
            return decisive;
        }
        return left instanceof Boolean && right instanceof Boolean ? (Object) and : null;
    }

    static NaiveSelector compare(String operator, NaiveSelector left, NaiveSelector right) {
        String text = left.text() + " " + operator + " " + right.text();
        return of(text, message -> compare(operator, left.in(message), right.in(message)));
    }

    private static Object compare(String operator, Object left, Object right) {
        if (left == null || right == null) {
            return null;
        }
        boolean numbers = left instanceof Number && right instanceof Number;
        if (!numbers && left.getClass() != right.getClass()) {
            return false;
        }
        if (operator.equals("=") || operator.equals("<>")) {
            boolean equal = numbers ? equal(left, right) : left.equals(right);
            return equal == operator.equals("=");
        }
        if (!numbers) {
            return false;
        }
        if (left instanceof Double a && a.isNaN() || right instanceof Double b && b.isNaN()) {
            return false;
        }
        int order = order(left, right);
        return operator.startsWith("<")
                ? order < 0 || order == 0 && operator.endsWith("=")
                : order > 0 || order == 0 && operator.endsWith("=");
    }

    private static boolean equal(Object left, Object right) {
        return left instanceof Long && right instanceof Long
                ? left.equals(right)
                : ((Number) left).doubleValue() == ((Number) right).doubleValue();
    }

    private static int order(Object left, Object right) {
        if (left instanceof Long a && right instanceof Long b) {
            return a.compareTo(b);
        }
        double a = ((Number) left).doubleValue();
        double b = ((Number) right).doubleValue();
        return a < b ? -1 : a > b ? 1 : 0;
    }

    static NaiveSelector between(boolean not, NaiveSelector value, NaiveSelector low, NaiveSelector high) {
        String text = value.text() + (not ? " NOT" : "") + " BETWEEN " + low.text() + " AND " + high.text();
        return of(text, message -> {
            Object above = compare(">=", value.in(message), low.in(message));
            Object below = compare("<=", value.in(message), high.in(message));
            Object inside = logic(true, above, below);
            return not ? not(inside) : inside;
        });
    }

    static NaiveSelector in(boolean not, NaiveSelector value, java.util.List<NaiveSelector> choices) {
        String list = choices.stream().map(NaiveSelector::text).collect(Collectors.joining(", "));
        return of(value.text() + (not ? " not" : "") + " IN (" + list + ")", message -> {
            Object any = false;
            for (NaiveSelector choice : choices) {
                any = logic(false, any, compare("=", value.in(message), choice.in(message)));
            }
            return not ? not(any) : any;
        });
    }

    static NaiveSelector like(boolean not, NaiveSelector value, String pattern, int escape) {
        String quoted = "'" + pattern.replace("'", "''") + "'";
        String tail = escape < 0 ? "" : " ESCAPE '" + Character.toString(escape).replace("'", "''") + "'";
        Pattern regex = Pattern.compile(regex(pattern, escape), Pattern.DOTALL);
        return of(value.text() + (not ? " NOT" : "") + " LIKE " + quoted + tail, message -> {
            Object subject = value.in(message);
            Object like = subject == null
                    ? null
                    : subject instanceof String s && regex.matcher(s).matches();
            return not ? not(like) : like;
        });
    }

    private static String regex(String pattern, int escape) {
        int[] points = pattern.codePoints().toArray();
        boolean[] escaped = {false};
        return IntStream.of(points)
                .mapToObj(point -> {
                    if (!escaped[0] && point == escape) {
                        escaped[0] = true;
                        return "";
                    }
                    boolean plain = escaped[0];
                    escaped[0] = false;
                    return !plain && point == '%'
                            ? ".*"
                            : !plain && point == '_' ? "." : Pattern.quote(Character.toString(point));
                })
                .collect(Collectors.joining());
    }

    static NaiveSelector isNull(boolean not, NaiveSelector field) {
        return of(field.text() + (not ? " IS NOT NULL" : " IS NULL"), message -> (field.in(message) == null) != not);
    }

    static NaiveSelector arithmetic(char operator, NaiveSelector left, NaiveSelector right) {
        String text = "(" + left.text() + " " + operator + " " + right.text() + ")";
        return of(text, message -> arithmetic(operator, left.in(message), right.in(message)));
    }

    private static Object arithmetic(char operator, Object left, Object right) {
        if (!(left instanceof Number) || !(right instanceof Number)) {
            return null;
        }
        if (left instanceof Long a && right instanceof Long b) {
            boolean undefined = b == 0 && (operator == '/' || operator == '%');
            return undefined ? null : whole(operator, a, b);
        }
        return floating(operator, ((Number) left).doubleValue(), ((Number) right).doubleValue());
    }

    private static Object whole(char operator, long a, long b) {
        return switch (operator) {
            case '+' -> a + b;
            case '-' -> a - b;
            case '*' -> a * b;
            case '/' -> a / b;
            default -> a % b;
        };
    }

    private static Object floating(char operator, double a, double b) {
        return switch (operator) {
            case '+' -> a + b;
            case '-' -> a - b;
            case '*' -> a * b;
            case '/' -> a / b;
            default -> a % b;
        };
    }

    static NaiveSelector minus(NaiveSelector operand) {
        return of("-" + operand.text(), message -> {
            Object value = operand.in(message);
            return value instanceof Long l ? (Object) (-l) : value instanceof Number n ? -n.doubleValue() : null;
        });
    }
}
