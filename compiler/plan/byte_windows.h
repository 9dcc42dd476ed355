/* byte_windows.h: depthwise layers of integers that take four taps at once. See byte_windows.c. */
#ifndef LCC_PLAN_BYTE_WINDOWS_H
#define LCC_PLAN_BYTE_WINDOWS_H

#include "plan/plan.h"

enum {
    MOST_WINDOW_SIDE = 7, /* of a window that goes this way */
    MOST_TAP_GROUPS = (MOST_WINDOW_SIDE + 1) / 2 * (MOST_WINDOW_SIDE + 1)
};

/* Taps that are taken at once: so many, from (ky, kx) on: down a column, or along a row. */
typedef struct tap_group {
    int ky, kx, count;
    bool along, odd; /* odd: only outputs in odd columns take them, and not the others along the row; the first
                        tap may lie before the window */
} tap_group;

typedef struct tap_groups {
    int n, depth; /* taps of each, at most */
    tap_group at[MOST_TAP_GROUPS];
} tap_groups;

/* Those of a depthwise node's window, in the order in which their weights lie. */
tap_groups groups_of_window(const byte_tiles *t, const node *n);

/* Whether pairs along a row are shared by neighbouring columns of the output: all begin in even columns, as
 * seen from the first one of those that are computed together. */
bool shares_pairs(const byte_tiles *t, const node *n);

/* The tap ky * width + kx at a place of a group, or -1: there is none. */
int tap_at(const node *n, const tap_group *group, int place);

/* Channels that a block holds, in as many vectors as taps are taken at once; and which of them lies in a lane
 * of one of these. */
int window_block_channels(const target *t);
int channel_of_lane(const target *t, int vector, int lane);

/* Whether the target's functions compute the step's layer. */
bool window_takes_bytes(const plan *p, const plan_step *s);

/* Cycles of such a step. */
double byte_window_cycles(const plan *p, const plan_step *s);

#endif
