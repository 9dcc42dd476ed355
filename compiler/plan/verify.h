/* verify.h: runs a plan symbolically and finds out whether every step reads what it thinks it reads. */
#ifndef LCC_PLAN_VERIFY_H
#define LCC_PLAN_VERIFY_H

#include "plan/plan.h"

/* NULL, or what is wrong: in which step, part and thread, what was expected, and what lies there instead. The
 * plan is run by one thread and, where its target has several, by two, three and five. What is said lies in
 * `a`. */
const char *plan_verify(const plan *p, arena *a);

#endif
