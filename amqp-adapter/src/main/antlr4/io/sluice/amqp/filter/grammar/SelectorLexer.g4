/** Words of a JMS selector (Jakarta Messaging 3.1 §3.8). Words in capitals only are the SQL dialect's, which shares the parser. */
lexer grammar SelectorLexer;

/** Words of other languages that share the parser. */
tokens { BINARY, UTC, SPECIAL_NUMBER, SET, REMOVE, SEMICOLON, FUNCTION }

AND     options { caseInsensitive = true; } : 'AND';
OR      options { caseInsensitive = true; } : 'OR';
NOT     options { caseInsensitive = true; } : 'NOT';
BETWEEN options { caseInsensitive = true; } : 'BETWEEN';
IN      options { caseInsensitive = true; } : 'IN';
IS      options { caseInsensitive = true; } : 'IS';
NULL    options { caseInsensitive = true; } : 'NULL';
LIKE    options { caseInsensitive = true; } : 'LIKE';
ESCAPE  options { caseInsensitive = true; } : 'ESCAPE';
TRUE    options { caseInsensitive = true; } : 'TRUE';
FALSE   options { caseInsensitive = true; } : 'FALSE';

EQUAL : '=';
NOT_EQUAL : '<>' | '!=';
LESS : '<';
LESS_OR_EQUAL : '<=';
GREATER : '>';
GREATER_OR_EQUAL : '>=';
PLUS : '+';
MINUS : '-';
TIMES : '*';
DIVIDE : '/';
MODULO : '%';
OPEN : '(';
CLOSE : ')';
COMMA : ',';

/** Java's integer literals: decimal, octal, hexadecimal. */
INTEGER : ('0' [0-7]* | [1-9] [0-9]* | '0' [xX] [0-9a-fA-F]+) [lL]?;
/** Java's floating point literals. */
DECIMAL
    : ([0-9]+ '.' [0-9]* | '.' [0-9]+) EXPONENT? [fFdD]?
    | [0-9]+ EXPONENT [fFdD]?
    | [0-9]+ [fFdD]
    ;
fragment EXPONENT : [eE] [+-]? [0-9]+;

TEXT : '\'' (~'\'' | '\'\'')* '\'';
/** A Java identifier; parts may be joined by dots, and behind "amqp.annotation." and "m." stands what an annotation's name may hold. */
IDENTIFIER
    : ('amqp.annotation.' | 'm.') [a-zA-Z0-9_.:-]+
    | PART ('.' PART)*
    ;
fragment PART : [\p{L}\p{Nl}\p{Sc}\p{Pc}] [\p{L}\p{Nl}\p{Sc}\p{Pc}\p{Nd}\p{Mn}\p{Mc}]*;
/** A name that is no Java identifier. */
DELIMITED : '"' (~'"' | '""')+ '"';

SPACE : [ \t\r\n\f]+ -> skip;
OPEN_TEXT : '\'' (~'\'' | '\'\'')*;
/** What can be nothing else, so that it is the parser that says where and what was expected. */
STRANGE : .;
