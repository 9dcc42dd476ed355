/* space.h: the networks among which --fit chooses: a .net file whose choices are open.
 *
 * A candidate is the space with one alternative picked for each choice. It is a plain .net file, and there are
 * two ways to its graph, which is the same: to read its text, or to give its picks to lang_compile. */
#ifndef LCC_SEARCH_SPACE_H
#define LCC_SEARCH_SPACE_H

#include "lang/lang.h"

typedef struct search_space {
    const lang_choice *choices; /* in the order of the `search` statement, then of the text */
    int count;                  /* of the choices, at least 1 */
    lang_choices from;          /* what the texts of candidates are made of */
} search_space;

/* Reads the space of the network in the file `path`, as the options make it: -D, --variant, --search and -I
 * count. A param that -D sets is not searched. Nothing but params is evaluated, so that it does not matter
 * whether any candidate can be built. False after errors; that the network has no choices is one. The space is
 * in the arena. */
bool space_read(arena *a, diag *d, const char *path, const lang_options *o, search_space *s);
/* The same for a text in memory, which messages call `path`. */
bool space_read_text(arena *a, diag *d, const char *path, const char *contents, size_t size,
                     const lang_options *o, search_space *s);

/* How many candidates there are: the product of the numbers of alternatives; INT64_MAX if it is larger than
 * that. */
int64_t space_size(const search_space *s);

/* Sets picks[i] for each choice: candidate number `index` of space_size(), where the last choice changes
 * fastest. */
void space_picks(const search_space *s, int64_t index, int *picks);
/* Sets the picks to the network as it is without a search. A param whose value is none of its alternatives gets
 * the one that is nearest, or the first if they are no numbers. */
void space_usual(const search_space *s, int *picks);

/* The text of a candidate, in the arena: that of the main file, with its comments, its ends of lines and its
 * imports, with the choices made. Choices in parentheses and defaults are replaced where they stand; a line
 * `set` takes the place of `search`, with the params that are declared in an imported file. --variant and -D
 * are written into the text too. The same picks give the same text on every machine. */
const char *space_candidate(const search_space *s, const int *picks, arena *a);
/* The same as a file for any folder: imports that are not from the library have their full paths. */
const char *space_candidate_elsewhere(const search_space *s, const int *picks, arena *a);

#endif
