/* parse.y: the grammar of the language, rule by rule. Actions only build the tree of ast.h; the evaluator gives
 * names and numbers their meaning. The parser is reentrant and keeps locations. It uses lookahead correction (LAC),
 * so that the tokens listed behind "expecting" are right. The scanner makes up a first token, which tells whether a
 * file or an expression follows. */
%code requires {
#include "lang/parser.h"

/* A list under construction. */
#define LIST_OF(type) struct { type *first, *last; }
}

%code {
#include "lang/nodes.h"

#include <string.h>

int lang_lex(LANG_STYPE *value, loc *at, parser *p);
static void lang_error(const loc *at, parser *p, const char *what);

#define APPEND(list, node) \
    do { \
        if ((list).last) { \
            (list).last->next = (node); \
        } else { \
            (list).first = (node); \
        } \
        (list).last = (node); \
    } while (0)

#define LIST(list, node) \
    do { \
        (list).first = (list).last = (node); \
    } while (0)

#define YYLLOC_DEFAULT(whole, parts, n) \
    do { \
        if (n) { \
            (whole) = YYRHSLOC(parts, 1); \
            (whole).end_line = YYRHSLOC(parts, n).end_line; \
            (whole).end_col = YYRHSLOC(parts, n).end_col; \
        } else { \
            (whole) = YYRHSLOC(parts, 0); \
            (whole).line = (whole).end_line; \
            (whole).col = (whole).end_col; \
        } \
    } while (0)
}

%define api.prefix {lang_}
%define api.pure full
%define api.location.type {loc}
%define parse.lac full
%define parse.error custom
%locations
%expect 0
%param { parser *p }
%initial-action { (void)yynerrs; } /* bison's count of errors is not used, of which clang warns */

%union {
    const char *text;
    number number;
    expr *expr;
    arg *arg;
    named *named;
    item *item;
    stmt *stmt;
    body *body;
    call *call;
    table *table;
    column *column;
    row *row;
    const label *label;
    LIST_OF(expr) exprs;
    LIST_OF(arg) args;
    LIST_OF(named) nameds;
    LIST_OF(item) items;
    LIST_OF(stmt) stmts;
    LIST_OF(call) calls;
    LIST_OF(column) columns;
    LIST_OF(row) rows;
}

%token END 0 "end of file"
%token NL "end of line"
%token START_FILE "start of a file" START_EXPRESSION "start of an expression" START_SEARCH "start of a search"
%token <text> NAME "name" STRING "string"
%token <number> NUMBER "number"
%token IMPORT "import" PARAM "param" IN "in" COMPOUND "compound" VARIANTS "variants" VARIANT "variant"
%token DEFAULT "default" FN "fn" BLOCK "block" NET "net" SEARCH "search" SET "set"
%token LET "let" REQUIRE "require" IF "if" ELSE "else"
%token INPUT "input" FROM "from" STAGE "stage" AS "as" OUTPUT "output"
%token TRUE "true" FALSE "false" OR "or" AND "and" NOT "not"
%token ARROW "->" EQ "==" NE "!=" LE "<=" GE ">=" FLOOR_DIV "//" POW "**"
%token ASSIGN "=" LT "<" GT ">" PLUS "+" MINUS "-" TIMES "*" DIV "/" MOD "%"
%token LPAREN "(" RPAREN ")" LBRACKET "[" RBRACKET "]" LBRACE "{" RBRACE "}"
%token COMMA "," BAR "|" AT "@" DOT "." TO ".." COLON ":" QUESTION "?"

%type <items> items
%type <item> item
%type <nameds> names formals formals.opt settings compounds searches
%type <named> formal setting searched
%type <body> body
%type <stmts> stmts
%type <stmt> stmt if
%type <calls> chain chain.opt
%type <call> call head
%type <args> args args.opt given.opt
%type <arg> arg
%type <label> label.opt
%type <table> table
%type <columns> columns
%type <column> column
%type <rows> rows
%type <row> row
%type <exprs> exprs exprs.opt cells choices.opt alternatives
%type <expr> expr primary

%right "?" ":"
%left "or"
%left "and"
%precedence "not"
%nonassoc "==" "!=" "<" ">" "<=" ">="
%left "+" "-"
%left "*" "/" "//" "%"
%precedence NEGATION
%right "**"

%%

start: START_FILE items {
           check_places_of_choices(p);
           parser_set_items(p, $2.first);
       }
     | START_EXPRESSION expr NL {
           check_places_of_choices(p);
           parser_set_expression(p, $2);
       }
     | START_SEARCH searches NL {
           check_places_of_choices(p);
           parser_set_searched(p, $2.first);
       }
     ;

items: %empty { LIST($$, NULL); }
     | items item NL {
           $$ = $1;
           APPEND($$, $2);
       }
     | items error NL {
           $$ = $1;
           yyerrok;
       }
     ;

item: "import" STRING { $$ = new_item(p, ITEM_IMPORT, $2, @2, @$); }
    | "param" NAME "=" expr choices.opt {
          $$ = new_item(p, ITEM_PARAM, $2, @2, @$);
          $$->value = $4;
          $$->choices = $5.first;
          allow_choice($4);
      }
    | "compound" NAME "=" expr "{" compounds "}" {
          $$ = new_item(p, ITEM_COMPOUND, $2, @2, @$);
          $$->value = $4;
          $$->named = $6.first;
      }
    | "variants" table {
          $$ = new_item(p, ITEM_VARIANTS, NULL, @1, @1);
          $$->table = $2;
      }
    | "variant" NAME { $$ = new_item(p, ITEM_VARIANT, $2, @2, @$); }
    | "variant" STRING { $$ = new_item(p, ITEM_VARIANT, $2, @2, @$); }
    | "default" settings {
          $$ = new_item(p, ITEM_DEFAULT, NULL, @1, @$);
          $$->named = $2.first;
      }
    | "set" settings {
          $$ = new_item(p, ITEM_SET, NULL, @1, @$);
          $$->named = $2.first;
      }
    | "search" searches {
          $$ = new_item(p, ITEM_SEARCH, NULL, @1, @$);
          $$->named = $2.first;
      }
    | "fn" NAME "(" names ")" "=" expr {
          $$ = new_item(p, ITEM_FN, $2, @2, @$);
          $$->named = $4.first;
          $$->value = $7;
      }
    | "fn" NAME "(" ")" "=" expr {
          $$ = new_item(p, ITEM_FN, $2, @2, @$);
          $$->value = $6;
      }
    | "block" NAME "(" formals.opt ")" body {
          $$ = new_item(p, ITEM_BLOCK, $2, @2, @$);
          $$->named = $4.first;
          $$->body = $6;
      }
    | "net" NAME body {
          $$ = new_item(p, ITEM_NET, $2, @2, @$);
          $$->body = $3;
      }
    ;

choices.opt: %empty { LIST($$, NULL); }
           | "in" "[" exprs "]" { $$ = $3; }
           ;

compounds: %empty { LIST($$, NULL); }
         | compounds setting NL {
               $$ = $1;
               APPEND($$, $2);
           }
         ;

settings: setting { LIST($$, $1); }
        | settings "," setting {
              $$ = $1;
              APPEND($$, $3);
          }
        ;

setting: NAME "=" expr { $$ = new_named(p, $1, $3, @1); }
       ;

searches: searched { LIST($$, $1); }
        | searches "," searched {
              $$ = $1;
              APPEND($$, $3);
          }
        ;

searched: NAME { $$ = new_named(p, $1, NULL, @1); }
        | NAME "in" "[" exprs.opt "]" {
              expr *list = new_expr(p, EXPR_LIST, @$);
              list->items = $4.first;
              $$ = new_named(p, $1, list, @1);
          }
        ;

names: NAME { LIST($$, new_named(p, $1, NULL, @1)); }
     | names "," NAME {
           $$ = $1;
           APPEND($$, new_named(p, $3, NULL, @3));
       }
     ;

formals.opt: %empty { LIST($$, NULL); }
           | formals
           ;

formals: formal { LIST($$, $1); }
       | formals "," formal {
             $$ = $1;
             APPEND($$, $3);
         }
       ;

formal: NAME { $$ = new_named(p, $1, NULL, @1); }
      | NAME "=" expr { $$ = new_named(p, $1, $3, @1); }
      ;

body: "{" stmts "}" { $$ = new_body(p, $2.first, @$); }
    ;

stmts: %empty { LIST($$, NULL); }
     | stmts stmt NL {
           $$ = $1;
           APPEND($$, $2);
       }
     | stmts error NL {
           $$ = $1;
           yyerrok;
       }
     ;

stmt: "let" NAME "=" expr {
          $$ = new_stmt(p, STMT_LET, $2, @2, @$);
          $$->value = $4;
      }
    | "require" expr "," STRING {
          $$ = new_stmt(p, STMT_REQUIRE, NULL, @1, @2);
          $$->value = $2;
          $$->word = $4;
      }
    | if
    | "input" NAME ":" NAME "[" exprs "]" given.opt chain.opt {
          $$ = new_stmt(p, STMT_INPUT, $2, @2, @$);
          $$->at.end_line = @7.end_line;
          $$->at.end_col = @7.end_col;
          $$->word = $4;
          $$->word_at = @4;
          $$->dims = $6.first;
          $$->args = $8.first;
          $$->chain = $9.first;
      }
    | "from" NAME chain.opt {
          $$ = new_stmt(p, STMT_FROM, $2, @2, @$);
          $$->chain = $3.first;
      }
    | "stage" NAME label.opt table {
          $$ = new_stmt(p, STMT_STAGE, $2, @2, @$);
          $$->label = $3;
          $$->table = $4;
          allow_choices($4);
      }
    | chain {
          $$ = new_stmt(p, STMT_CHAIN, NULL, @$, @$);
          $$->chain = $1.first;
      }
    | chain "as" NAME {
          $$ = new_stmt(p, STMT_CHAIN, $3, @3, @$);
          $$->chain = $1.first;
      }
    | "output" NAME { $$ = new_stmt(p, STMT_OUTPUT, $2, @2, @$); }
    ;

if: "if" expr body {
        $$ = new_stmt(p, STMT_IF, NULL, @1, @2);
        $$->value = $2;
        $$->then = $3;
    }
  | "if" expr body "else" body {
        $$ = new_stmt(p, STMT_IF, NULL, @1, @2);
        $$->value = $2;
        $$->then = $3;
        $$->other = $5;
    }
  | "if" expr body "else" if {
        $$ = new_stmt(p, STMT_IF, NULL, @1, @2);
        $$->value = $2;
        $$->then = $3;
        $$->other = new_body(p, $5, @5);
    }
  ;

chain.opt: %empty { LIST($$, NULL); }
         | "->" chain { $$ = $2; }
         ;

chain: call { LIST($$, $1); }
     | chain "->" call {
           $$ = $1;
           APPEND($$, $3);
       }
     ;

call: head label.opt {
          $$ = $1;
          $$->label = $2;
      }
    | head label.opt body {
          $$ = $1;
          $$->label = $2;
          $$->body = $3;
      }
    ;

head: NAME {
          $$ = ARENA_NEW(parser_arena(p), call);
          *$$ = (call){.name = $1, .at = @$};
      }
    | NAME "(" args.opt ")" {
          $$ = ARENA_NEW(parser_arena(p), call);
          *$$ = (call){.name = $1, .at = @$, .args = $3.first};
      }
    ;

given.opt: %empty { LIST($$, NULL); }
         | "(" args ")" { $$ = $2; }
         ;

args.opt: %empty { LIST($$, NULL); }
        | args
        ;

args: arg { LIST($$, $1); }
    | args "," arg {
          $$ = $1;
          APPEND($$, $3);
      }
    ;

arg: expr { $$ = new_arg(p, NULL, $1, @$); }
   | NAME "=" expr { $$ = new_arg(p, $1, $3, @$); }
   ;

label.opt: %empty { $$ = NULL; }
         | "@" STRING {
               label *l = ARENA_NEW(parser_arena(p), label);
               *l = (label){$2, @2};
               $$ = l;
           }
         ;

table: "{" columns NL rows "}" {
           $$ = ARENA_NEW(parser_arena(p), table);
           *$$ = (table){$2.first, $4.first};
       }
     ;

columns: column { LIST($$, $1); }
       | columns "|" column {
             $$ = $1;
             APPEND($$, $3);
         }
       ;

column: NAME {
            $$ = ARENA_NEW(parser_arena(p), column);
            *$$ = (column){.name = $1, .at = @$};
        }
      | NAME "(" NAME ")" {
            $$ = ARENA_NEW(parser_arena(p), column);
            *$$ = (column){.name = $3, .function = $1, .at = @$};
        }
      ;

rows: %empty { LIST($$, NULL); }
    | rows row NL {
          $$ = $1;
          APPEND($$, $2);
      }
    | rows error NL {
          $$ = $1;
          yyerrok;
      }
    ;

row: cells {
         $$ = ARENA_NEW(parser_arena(p), row);
         *$$ = (row){.cells = $1.first, .at = @$};
     }
   ;

cells: expr { LIST($$, $1); }
     | cells "|" expr {
           $$ = $1;
           APPEND($$, $3);
       }
     ;

alternatives: expr "|" expr {
                  LIST($$, $1);
                  APPEND($$, $3);
              }
            | alternatives "|" expr {
                  $$ = $1;
                  APPEND($$, $3);
              }
            ;

exprs.opt: %empty { LIST($$, NULL); }
         | exprs
         ;

exprs: expr { LIST($$, $1); }
     | exprs "," expr {
           $$ = $1;
           APPEND($$, $3);
       }
     ;

expr: primary
    | expr "or" expr { $$ = new_operation(p, EXPR_BINARY, OPERATOR_OR, $1, $3, @$); }
    | expr "and" expr { $$ = new_operation(p, EXPR_BINARY, OPERATOR_AND, $1, $3, @$); }
    | expr "==" expr { $$ = new_operation(p, EXPR_BINARY, OPERATOR_EQ, $1, $3, @$); }
    | expr "!=" expr { $$ = new_operation(p, EXPR_BINARY, OPERATOR_NE, $1, $3, @$); }
    | expr "<" expr { $$ = new_operation(p, EXPR_BINARY, OPERATOR_LT, $1, $3, @$); }
    | expr ">" expr { $$ = new_operation(p, EXPR_BINARY, OPERATOR_GT, $1, $3, @$); }
    | expr "<=" expr { $$ = new_operation(p, EXPR_BINARY, OPERATOR_LE, $1, $3, @$); }
    | expr ">=" expr { $$ = new_operation(p, EXPR_BINARY, OPERATOR_GE, $1, $3, @$); }
    | expr "+" expr { $$ = new_operation(p, EXPR_BINARY, OPERATOR_ADD, $1, $3, @$); }
    | expr "-" expr { $$ = new_operation(p, EXPR_BINARY, OPERATOR_SUB, $1, $3, @$); }
    | expr "*" expr { $$ = new_operation(p, EXPR_BINARY, OPERATOR_MUL, $1, $3, @$); }
    | expr "/" expr { $$ = new_operation(p, EXPR_BINARY, OPERATOR_DIV, $1, $3, @$); }
    | expr "//" expr { $$ = new_operation(p, EXPR_BINARY, OPERATOR_FLOOR_DIV, $1, $3, @$); }
    | expr "%" expr { $$ = new_operation(p, EXPR_BINARY, OPERATOR_MOD, $1, $3, @$); }
    | expr "**" expr { $$ = new_operation(p, EXPR_BINARY, OPERATOR_POW, $1, $3, @$); }
    | expr "?" expr ":" expr {
          $$ = new_operation(p, EXPR_CHOICE, OPERATOR_OR, $1, $3, @$);
          $$->c = $5;
      }
    | "not" expr { $$ = new_operation(p, EXPR_UNARY, OPERATOR_NOT, $2, NULL, @$); }
    | "-" expr %prec NEGATION { $$ = new_operation(p, EXPR_UNARY, OPERATOR_NEGATE, $2, NULL, @$); }
    ;

primary: NUMBER { $$ = new_number(p, $1, @$); }
       | STRING { $$ = new_word(p, EXPR_STRING, $1, @$); }
       | "true" { $$ = new_bool(p, true, @$); }
       | "false" { $$ = new_bool(p, false, @$); }
       | "in" { $$ = new_expr(p, EXPR_IN, @$); }
       | NAME { $$ = new_word(p, EXPR_NAME, $1, @$); }
       | NAME "(" args.opt ")" {
             $$ = new_word(p, EXPR_CALL, $1, @$);
             $$->args = $3.first;
         }
       | "(" expr ")" { $$ = $2; }
       | "(" alternatives ")" { $$ = new_alternatives(p, $2.first, @$); }
       | "(" expr ".." expr ")" { $$ = new_range(p, $2, $4, NULL, @$, NULL, @$); }
       | "(" expr ".." expr NAME expr ")" { $$ = new_range(p, $2, $4, $5, @5, $6, @$); }
       | "[" exprs.opt "]" {
             $$ = new_expr(p, EXPR_LIST, @$);
             $$->items = $2.first;
         }
       | primary "." NAME {
             $$ = new_word(p, EXPR_MEMBER, $3, @$);
             $$->of = $1;
         }
       | primary "[" expr "]" { $$ = new_operation(p, EXPR_INDEX, OPERATOR_OR, $1, $3, @$); }
       ;

%%

/* A token in messages: keywords and signs in quotes, as they are typed; other tokens by their kind. */
static const char *token_name(parser *p, yysymbol_kind_t symbol) {
    switch (symbol) {
    case YYSYMBOL_YYEOF:
    case YYSYMBOL_NL:
    case YYSYMBOL_NAME:
    case YYSYMBOL_STRING:
    case YYSYMBOL_NUMBER: return yysymbol_name(symbol);
    default: return arena_printf(parser_arena(p), "'%s'", yysymbol_name(symbol));
    }
}

/* Whether the token begins an item. Where one is unexpected, a } before it is probably missing. */
static bool begins_item(yysymbol_kind_t symbol) {
    return symbol == YYSYMBOL_NET || symbol == YYSYMBOL_BLOCK || symbol == YYSYMBOL_FN ||
           symbol == YYSYMBOL_PARAM || symbol == YYSYMBOL_IMPORT || symbol == YYSYMBOL_VARIANTS ||
           symbol == YYSYMBOL_DEFAULT || symbol == YYSYMBOL_SEARCH || symbol == YYSYMBOL_SET;
}

/* Reports "syntax error, unexpected name", and the tokens that are expected there if they are at most three. */
static int yyreport_syntax_error(const yypcontext_t *context, parser *p) {
    enum { MOST_EXPECTED = 3 };
    yysymbol_kind_t expected[MOST_EXPECTED];
    loc at = *yypcontext_location(context);
    yysymbol_kind_t found = yypcontext_token(context);
    int n = yypcontext_expected_tokens(context, expected, MOST_EXPECTED);
    const char *what = arena_printf(parser_arena(p), "syntax error, unexpected %s", token_name(p, found));
    for (int i = 0; i < n; i++) {
        const char *word = i == 0 ? ", expecting " : " or ";
        what = arena_printf(parser_arena(p), "%s%s%s", what, word, token_name(p, expected[i]));
    }
    parser_report(p, at, what);
    parser_note_open(p, at, found == YYSYMBOL_YYEOF || begins_item(found));
    parser_skip_statement(p, found == YYSYMBOL_YYEOF    ? END
                             : found == YYSYMBOL_NL     ? NL
                             : found == YYSYMBOL_LBRACE ? LBRACE
                                                        : NAME);
    return 0;
}

/* The parser calls this for errors that are not syntax errors, such as a full stack. */
static void lang_error(const loc *at, parser *p, const char *what) {
    parser_report(p, *at, strstr(what, "memory") ? "nested too deeply" : what);
}
