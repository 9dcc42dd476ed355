/* match.c: finds the ports of an imported network that the user's options mean. */
#include "import/match.h"

#include "import/ports.h"

#include <string.h>

/* "a", "b" and "c"; at most a few of them. */
static const char *list_ports(importer *im, const port_list *ports) {
    enum { MOST_SHOWN = 8 };
    const char *all = "";
    for (int i = 0; i < ports->count && i < MOST_SHOWN; i++) {
        const char *between = i == 0 ? "" : i == ports->count - 1 ? " and " : ", ";
        all = arena_printf(im->scratch, "%s%s\"%s\"", all, between, show_name(im->scratch, ports->names[i]));
    }
    return ports->count > MOST_SHOWN ? arena_printf(im->scratch, "%s, ..", all) : all;
}

/* The index of the port; -1 after an error. `option` and `word` are what the user wrote. */
static int find_port(importer *im, const char *option, const char *word, const char *name,
                     const port_list *ports) {
    const char *kind = ports->kind;
    for (int i = 0; name && i < ports->count; i++) {
        if (strcmp(ports->names[i], name) == 0) return i;
    }
    if (!name && ports->count == 1) return 0;
    if (!name) {
        diag_error(im->d, im->at, "%s %s: the network has %d %ss, %s: write %s NAME=%s", option, word,
                   ports->count, kind, list_ports(im, ports), option, word);
        return -1;
    }
    const char *near = nearest_word(name, ports->names, (size_t)ports->count);
    const char *hint = near ? arena_printf(im->scratch, "did you mean \"%s\"?", show_name(im->scratch, near))
                            : arena_printf(im->scratch, "the network has %s", list_ports(im, ports));
    diag_error(im->d, im->at, "%s: there is no %s \"%s\"; %s", option, kind, show_name(im->scratch, name),
               hint);
    return -1;
}

static bool refuse_second(importer *im, const char *option, const port_list *ports, int at) {
    diag_error(im->d, im->at, "%s is given twice for %s \"%s\"", option, ports->kind,
               show_name(im->scratch, ports->names[at]));
    return false;
}

bool match_shapes(importer *im, const given_shape *given, int n_given, const port_list *ports,
                  const given_shape **shapes) {
    static const char option[] = "--input-shape";
    bool good = true;
    for (int i = 0; i < ports->count; i++) shapes[i] = NULL;
    for (int i = 0; i < n_given; i++) {
        int at = find_port(im, option, given[i].text, given[i].port, ports);
        if (at < 0) {
            good = false;
        } else if (shapes[at]) {
            good = refuse_second(im, option, ports, at);
        } else {
            shapes[at] = &given[i];
        }
    }
    return good;
}

/* Whether no port that keeps its name, and no other one, has a name that was given. */
static bool check_distinct(importer *im, const port_list *ports, const char *const *wanted) {
    for (int i = 0; i < ports->count; i++) {
        for (int k = 0; wanted[i] && k < ports->count; k++) {
            const char *other =
                wanted[k] ? wanted[k] : make_identifier(im->scratch, ports->names[k], ports->kind);
            if (k == i || strcmp(other, wanted[i]) != 0) continue;
            diag_error(im->d, im->at, "--%s-name: two %ss would be called %s", ports->kind, ports->kind,
                       wanted[i]);
            return false;
        }
    }
    return true;
}

bool match_names(importer *im, const given_name *given, int n_given, const port_list *ports,
                 const char **wanted) {
    const char *option = arena_printf(im->scratch, "--%s-name", ports->kind);
    bool good = true;
    for (int i = 0; i < ports->count; i++) wanted[i] = NULL;
    for (int i = 0; i < n_given; i++) {
        int at = find_port(im, option, given[i].text, given[i].port, ports);
        if (at < 0) {
            good = false;
        } else if (wanted[at]) {
            good = refuse_second(im, option, ports, at);
        } else {
            wanted[at] = given[i].wanted;
        }
    }
    return good && check_distinct(im, ports, wanted);
}
