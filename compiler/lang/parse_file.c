/* parse_file.c: makes the tree of a source, by the scanner and the grammar. A source that is not text in UTF-8,
 * or is too large, is refused first. */
#include "lang/parser_state.h"
#include "scan.h"

static bool run_parser(parser *p, int start) {
    int before = diag_error_count(p->d);
    p->start = start;
    p->is_file = start == START_FILE;
    p->line = p->col = 1;
    if (scan_lex_init_extra(p, &p->scanner) != 0) return false;
    scan__scan_bytes(p->src->text, (int)p->src->size, p->scanner);
    int failed = lang_parse(p);
    scan_lex_destroy(p->scanner);
    return !failed && diag_error_count(p->d) == before;
}

/* The length in bytes of the character of UTF-8 at `s` (RFC 3629), of which `room` bytes can be read. 0 if
 * there is none; overlong forms and surrogates are not valid. */
static int utf8_length(const unsigned char *s, size_t room) {
    int length = s[0] < 0x80                   ? 1
                 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
                 : (s[0] & 0xf0) == 0xe0       ? 3
                 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
                                               : 0;
    if (length == 0 || (size_t)length > room) return 0;
    for (int i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80) return 0;
    }
    if (s[0] == 0xe0 && s[1] < 0xa0) return 0;
    if (s[0] == 0xed && s[1] > 0x9f) return 0;
    if (s[0] == 0xf0 && s[1] < 0x90) return 0;
    if (s[0] == 0xf4 && s[1] > 0x8f) return 0;
    return length;
}

/* Refuses bytes that are not text, because labels and messages go into C, JSON and file names. */
static bool check_text(diag *d, const source *src) {
    if (src->size > MAX_SOURCE_BYTES) {
        diag_error(d, (loc){.src = src}, "the file has more than %d MB", MAX_SOURCE_BYTES >> 20);
        return false;
    }
    int line = 1, col = 1;
    for (size_t i = 0; i < src->size;) {
        const unsigned char *s = (const unsigned char *)src->text + i;
        int length = utf8_length(s, src->size - i);
        if (length == 0 || *s == 0) {
            loc at = {src, line, col, line, col + 1};
            diag_error(d, at, "byte 0x%02x: a .net file is text in UTF-8", *s);
            return false;
        }
        col = *s == '\n' ? 1 : col + length;
        line += *s == '\n';
        i += (size_t)length;
    }
    return true;
}

bool parse_items(arena *a, diag *d, const source *src, int *tokens, item **items) {
    if (!check_text(d, src)) return false;
    parser p = {.mem = a, .d = d, .src = src};
    p.tokens = tokens;
    bool good = run_parser(&p, START_FILE);
    *items = p.items;
    return good;
}

bool parse_tokens(arena *a, diag *d, const source *src, token_list *tokens) {
    if (!check_text(d, src)) return false;
    int count = 0;
    parser p = {.mem = a, .d = d, .src = src, .tokens = &count, .record = tokens};
    return run_parser(&p, START_FILE);
}

expr *parse_expression(arena *a, diag *d, const source *src, int *tokens) {
    if (!check_text(d, src)) return NULL;
    parser p = {.mem = a, .d = d, .src = src};
    p.tokens = tokens;
    return run_parser(&p, START_EXPRESSION) ? p.expression : NULL;
}

const named *parse_searched(arena *a, diag *d, const source *src, int *tokens) {
    if (!check_text(d, src)) return NULL;
    parser p = {.mem = a, .d = d, .src = src};
    p.tokens = tokens;
    return run_parser(&p, START_SEARCH) ? p.searched : NULL;
}
