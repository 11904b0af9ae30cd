/** Words of an AMQP SQL filter (AMQP Filter Expressions 1.0 §6). Reserved words are in capitals. */
lexer grammar SqlLexer;

options { tokenVocab = SelectorLexer; }

AND : 'AND';
OR : 'OR';
NOT : 'NOT';
BETWEEN : 'BETWEEN';
IN : 'IN';
IS : 'IS';
NULL : 'NULL';
LIKE : 'LIKE';
ESCAPE : 'ESCAPE';
TRUE : 'TRUE';
FALSE : 'FALSE';
UTC : 'UTC';
SPECIAL_NUMBER : 'INF' | 'NAN';

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

BINARY : '0x' ([0-9a-fA-F] [0-9a-fA-F])+;
INTEGER : [0-9]+;
DECIMAL
    : ([0-9]+ '.' [0-9]* | '.' [0-9]+) EXPONENT?
    | [0-9]+ EXPONENT
    ;
fragment EXPONENT : [eE] [+-]? [0-9]+;

TEXT
    : '\'' (~'\'' | '\'\'')* '\''
    | '"' (~'"' | '""')* '"'
    ;
/** A name, alone or behind the name of a section: subject, p.subject, m.[x-opt-key]. */
IDENTIFIER : WORD;
DELIMITED : (WORD '.')? (WORD | BRACKETED);
fragment WORD : [a-zA-Z] [a-zA-Z0-9_]*;
fragment BRACKETED : '[' ~']'+ ']';

SPACE : [ \t\r\n\f]+ -> skip;
OPEN_TEXT
    : '\'' (~'\'' | '\'\'')*
    | '"' (~'"' | '""')*
    ;
STRANGE : .;
