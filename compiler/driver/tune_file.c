/* tune_file.c: --tune: reads and writes the file of tiles. A build with the file measures nothing, and so makes
 * the same code on every machine. */
#include "driver/tune.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT = 1, LARGEST_FILE = 1 << 26, LARGEST_TILE = 1 << 20 };

/* Reports an error of the file as a whole. Returns false. */
static bool refuse(job *j, const char *why) {
    diag_error(j->d, (loc){0}, "%s: %s", j->o.tune, why);
    return false;
}

static bool read_length(const json_t *tile_object, const char *name, int *out) {
    const json_t *value = json_object_get(tile_object, name);
    if (!json_is_integer(value)) return false;
    json_int_t n = json_integer_value(value);
    *out = (int)n;
    return n >= 1 && n <= LARGEST_TILE;
}

static bool take_tiles(job *j, json_t *object) {
    if (!json_is_object(object)) return refuse(j, "its \"tiles\" are missing, or no object");
    tuned_tile *tiles = ARENA_ARRAY(j->mem, tuned_tile, json_object_size(object) + 1);
    j->tuning.tiles = tiles;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        tuned_tile *t = &tiles[j->tuning.n_tiles++];
        t->key = arena_strdup(j->mem, key);
        if (!read_length(value, "pixels", &t->tile.pixels) ||
            !read_length(value, "vectors", &t->tile.vectors)) {
            return refuse(
                j, arena_printf(j->mem, "layer '%s': expected \"pixels\" and \"vectors\", whole numbers from 1",
                                key));
        }
    }
    return true;
}

static bool take_file(job *j, const json_t *root) {
    if (!json_is_object(root)) return refuse(j, "no file of tiles: it is no object");
    const json_t *format = json_object_get(root, "format");
    if (!json_is_integer(format)) return refuse(j, "no file of tiles: its \"format\" is missing, or no number");
    if (json_integer_value(format) != FORMAT) {
        return refuse(j, arena_printf(j->mem, "its format is %lld; this version of lcc reads %d",
                                      (long long)json_integer_value(format), FORMAT));
    }
    const char *made_for = json_string_value(json_object_get(root, "target"));
    if (!made_for) return refuse(j, "its \"target\" is missing, or no string");
    if (strcmp(made_for, j->o.targets.at[0]->name) != 0) {
        return refuse(j, arena_printf(j->mem,
                                      "was measured for the target %s, and this is %s: keep a file for each",
                                      made_for, j->o.targets.at[0]->name));
    }
    return take_tiles(j, json_object_get(root, "tiles"));
}

bool read_tiles(job *j) {
    source *src = ARENA_NEW(j->mem, source);
    src->path = j->o.tune;
    const char *why;
    src->text = read_file(j->mem, j->o.tune, LARGEST_FILE, &src->size, &why);
    if (!src->text) return refuse(j, why);
    json_error_t error;
    json_t *root = json_loadb(src->text, src->size, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        int line = error.line > 0 ? error.line : 1, column = error.column > 0 ? error.column : 1;
        diag_error(j->d, (loc){src, line, column, line, column + 1}, "no JSON: %s", error.text);
        return false;
    }
    bool good = take_file(j, root);
    json_decref(root);
    return good;
}

static void print_string(text *out, const char *s) {
    json_t *string = json_string_nocheck(s);
    char *printed = json_dumps(string, JSON_ENCODE_ANY);
    text_string(out, printed ? printed : "\"\"");
    free(printed);
    json_decref(string);
}

bool write_tiles(job *j) {
    text out = {0};
    text_printf(&out, "{\n  \"format\": %d, \"lcc\": \"%s\", \"target\": \"%s\",\n  \"tiles\": {", FORMAT,
                LCC_VERSION, j->o.targets.at[0]->name);
    for (int i = 0; i < j->tuning.n_tiles; i++) {
        const tuned_tile *t = &j->tuning.tiles[i];
        text_string(&out, i ? ",\n    " : "\n    ");
        print_string(&out, t->key);
        text_printf(&out, ": {\"pixels\": %d, \"vectors\": %d}", t->tile.pixels, t->tile.vectors);
    }
    text_string(&out, "\n  }\n}\n");
    const output_file file = {j->o.tune, out.data, out.size};
    const char *why;
    bool good = write_files(j->mem, &file, 1, &why);
    if (!good) diag_error(j->d, (loc){0}, "%s", why);
    text_free(&out);
    return good;
}
