/* cmocka.h: as much of cmocka as tests/unit/runtime_check.h uses, for machines that only an emulator gives us,
 * for which no cmocka is installed. The first assertion that does not hold ends the program. */
#ifndef NO_CMOCKA_H
#define NO_CMOCKA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define assert_true(holds)                                                                                     \
    do {                                                                                                       \
        if (!(holds)) {                                                                                        \
            printf("FAILED: %s:%d: %s\n", __FILE__, __LINE__, #holds);                                         \
            exit(1);                                                                                           \
        }                                                                                                      \
    } while (0)
#define assert_int_equal(a, b)           assert_true((a) == (b))
#define assert_memory_equal(a, b, bytes) assert_true(memcmp(a, b, bytes) == 0)

struct CMUnitTest {
    const char *name;
    void (*function)(void **state);
};

#define cmocka_unit_test(test)                                                                                 \
    { #test, test }
#define cmocka_run_group_tests(tests, before, after) run_group(tests, sizeof(tests) / sizeof((tests)[0]))

static inline int run_group(const struct CMUnitTest *tests, size_t count) {
    for (size_t i = 0; i < count; i++) {
        tests[i].function(NULL);
        printf("ok %s\n", tests[i].name);
    }
    return 0;
}

#endif
