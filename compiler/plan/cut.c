/* cut.c: cuts channels into pieces, of a vector each, and into blocks, of so many pieces each. */
#include "plan/internal.h"

int cut_pieces(const target *t, int channels, piece *out, int room) {
    int n = 0, left = channels;
    while (left > 0 && n < room) {
        int kind = 0;
        if (left < t->vectors[0].lanes) {
            while (kind + 1 < MAX_VECTOR_KINDS && t->vectors[kind + 1].lanes >= left) kind++;
        }
        int valid = left < t->vectors[kind].lanes ? left : t->vectors[kind].lanes;
        out[n++] = (piece){kind, valid};
        left -= valid;
    }
    return n;
}

bool pixels_share_piece(const target *t, piece x) {
    const int lanes = t->vectors[x.kind].lanes;
    return t->vectors[0].halves && x.valid == lanes && 2 * lanes == t->vectors[0].lanes;
}

static void measure_block(const target *t, channel_block *b) {
    b->channels = b->lanes = 0;
    for (int i = 0; i < b->n_pieces; i++) {
        b->channels += b->pieces[i].valid;
        b->lanes += t->vectors[b->pieces[i].kind].lanes;
    }
}

int cut_widest(const target *t, int channels, int width, channel_block *out) {
    const int lanes = t->vectors[0].lanes, full = width * lanes;
    int n = 0;
    for (int left = channels; left > 0; n++) {
        const int take = left < full ? left : full;
        channel_block *b = &out[n];
        *b = (channel_block){.repeat = left / take};
        for (int at = 0; at < take; at += lanes)
            b->pieces[b->n_pieces++] = (piece){0, take - at < lanes ? take - at : lanes};
        measure_block(t, b);
        left -= b->repeat * take;
    }
    return n;
}

int cut_blocks(const target *t, int channels, int width, channel_block *out) {
    int full = width * t->vectors[0].lanes;
    int n = 0;
    if (channels >= full) {
        out[n] = (channel_block){.repeat = channels / full};
        out[n].n_pieces = cut_pieces(t, full, out[n].pieces, width);
        measure_block(t, &out[n++]);
    }
    int rest = channels % full;
    if (rest) {
        out[n] = (channel_block){.repeat = 1};
        out[n].n_pieces = cut_pieces(t, rest, out[n].pieces, width);
        measure_block(t, &out[n++]);
    }
    return n;
}

int cut_lanes(int channels, int width, int least, channel_block *out) {
    int n = 0;
    for (int left = channels; left > 0;) {
        while (width / 2 >= least && left <= width / 2) width /= 2;
        int take = left < width ? left : width;
        channel_block *b = &out[n++];
        *b = (channel_block){.n_pieces = width, .channels = take, .lanes = width, .repeat = left / take};
        for (int i = 0; i < width; i++) b->pieces[i] = (piece){ONE_LANE, i < take};
        left -= b->repeat * take;
    }
    return n;
}
