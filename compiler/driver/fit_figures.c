/* fit_figures.c: how the outputs of --fit show figures, limits and times. */
#include "driver/fit.h"

const char *show_time(arena *a, double seconds) {
    static const struct {
        const char *unit;
        double per_second;
    } units[] = {{"s", 1}, {"ms", 1e3}, {"us", 1e6}, {"ns", 1e9}};
    size_t i = 0;
    while (i + 1 < sizeof units / sizeof *units && seconds * units[i].per_second < 1) i++;
    return arena_printf(a, "%.4g %s", seconds * units[i].per_second, units[i].unit);
}

const char *show_figure(const job *j, figure f, int64_t value) {
    bool time = f == FIGURE_CYCLES && j->o.measure;
    return time ? show_time(j->mem, (double)value / j->o.clock) : show_count(j->mem, value);
}

const char *show_limit(const job *j, figure f) {
    bool time = f == FIGURE_CYCLES && j->o.measure;
    return time ? show_time(j->mem, j->o.limits.seconds) : show_count(j->mem, j->o.limits.most[f]);
}
