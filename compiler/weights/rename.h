/* rename.h: rules that change a checkpoint's names to the network's. */
#ifndef LCC_RENAME_H
#define LCC_RENAME_H

#include "weights/checkpoint.h"

/* Whether `given` is a rule, REGEX=REPLACEMENT. False after an error. */
bool check_rename(arena *a, diag *d, const char *given);

/* Applies the rules, REGEX=REPLACEMENT, to the key of every tensor of the files. False after errors: a rule is
 * invalid or takes too many steps, a key becomes too long, or two tensors of one file get the same key. A rule
 * that matches nothing causes a warning. */
bool rename_tensors(arena *a, diag *d, checkpoint *const *files, int n_files, const char *const *rules,
                    int n_rules);

#endif
