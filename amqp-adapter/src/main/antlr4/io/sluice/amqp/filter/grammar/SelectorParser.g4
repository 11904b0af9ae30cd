/**
 * The grammar JMS selectors and AMQP SQL filters have in common. Chains are loops and not recursion, so that only parentheses
 * nest, which are counted before this is run; every decision is made by one token, so that nothing is learnt from input.
 */
parser grammar SelectorParser;

options { tokenVocab = SelectorLexer; }

selector : disjunction EOF;

/** Of a rule of Service Bus. */
action : statement (SEMICOLON statement?)* EOF;

statement
    : SET property EQUAL disjunction # set
    | REMOVE property # remove
    ;

property : IDENTIFIER | DELIMITED;

disjunction : conjunction (OR conjunction)*;

conjunction : negation (AND negation)*;

negation : NOT* predicate;

predicate
    : sum
      ( comparator sum
      | NOT? test
      | IS NOT? NULL
      )?
    ;

comparator : EQUAL | NOT_EQUAL | LESS | LESS_OR_EQUAL | GREATER | GREATER_OR_EQUAL;

test
    : BETWEEN sum AND sum # between
    | IN OPEN sum (COMMA sum)* CLOSE # in
    | LIKE pattern = TEXT (ESCAPE escape = TEXT)? # like
    ;

sum : product ((PLUS | MINUS) product)*;

product : factor ((TIMES | DIVIDE | MODULO) factor)*;

factor : (PLUS | MINUS)* atom;

atom
    : INTEGER # integer
    | DECIMAL # decimal
    | SPECIAL_NUMBER # specialNumber
    | TEXT # text
    | BINARY # binary
    | (TRUE | FALSE) # truth
    | UTC OPEN CLOSE # utc
    | FUNCTION OPEN disjunction? CLOSE # function
    | (IDENTIFIER | DELIMITED) # identifier
    | OPEN disjunction CLOSE # nested
    ;
