/* rename.h: rules that make a checkpoint's names the network's. */
#ifndef LCC_RENAME_H
#define LCC_RENAME_H

#include "weights/checkpoint.h"

/* False, and an error of the command line, where it is no rule. */
bool check_rename(arena *a, diag *d, const char *given);

/* Gives every tensor of the files the key that the rules, "REGEX=REPLACEMENT", make of its own. False after
 * errors: a rule that is none, or two tensors of one file that get the same name. A rule that matches nothing
 * is warned of. */
bool rename_tensors(arena *a, diag *d, checkpoint *const *files, int n_files, const char *const *rules,
                    int n_rules);

#endif
