/* byte_fours.c: integer layers whose tiles take four bytes of a pixel at once.
 *
 * The instruction multiplies uint8 by int8, and adds the products of each two neighbours in 16 bits. It
 * saturates there, so two weights of the same sign may come to 128 at most: 255 * 128 has room. That is a
 * quarter less work than widening all inputs to 16 bits, where the products of two are added in 32 bits.
 *
 * Weights that come to more are cut: the first one of the pair is made smaller, and what was taken off it
 * stands in a rest. That is a group of four weights for each lane, like the others, behind all of them. Behind
 * the rests of a block stands how many they are, and which four inputs each is for. All blocks of a layer have
 * room for as many as the one with the most. Whether a layer goes by fours is for the model of cost to say.
 *
 * The pass pair_channels brings channels next to each other whose weights make few rests, and with --int8-pairs
 * the quantiser makes weights that need none. Where the output is one pixel, reading weights takes most of the
 * time, and rests are more of them: such layers do without. */
#include "plan/byte_fours.h"

#include "graph/quant.h"
#include "plan/internal.h"
#include "plan/pack.h"

bool takes_fours(const plan *p, const plan_step *s) {
    enum { MOST_FOURS = 65535 }; /* they are counted by numbers of 16 bits */
    const node *n = &p->g->nodes[s->node];
    if (!takes_bytes(p, s) || !p->t->bytes->fours || shape_pixels(n->shape) == 1) return false;
    const tensor *w = n->weights[ROLE_WEIGHT];
    return w->data && w->count / n->shape.c <= BYTES_AT_ONCE * MOST_FOURS;
}

four_rests find_rests(const plan *p, const plan_step *s) {
    const node *n = &p->g->nodes[s->node];
    const int64_t inputs = n->weights[ROLE_WEIGHT]->count / n->shape.c,
                  fours = (inputs + BYTES_AT_ONCE - 1) / BYTES_AT_ONCE;
    bool *some = ARENA_ARRAY(p->mem, bool, n->shape.c *fours);
    int *weights = ARENA_ARRAY(p->mem, int, inputs + 1);
    for (int o = 0; o < n->shape.c; o++) {
        read_weights(p, s, o, weights);
        for (int64_t i = 0; i < inputs; i += 2) {
            if (too_much_of_pair(weights[i], weights[i + 1])) some[o * fours + i / BYTES_AT_ONCE] = true;
        }
    }
    return (four_rests){(int)fours, n->op == OP_CONV ? n->a.groups : 1, some};
}

static int rests_of_block(const four_rests *r, int output, int channels) {
    int rests = 0;
    for (int four = 0; four < r->fours; four++) {
        bool some = false;
        for (int o = output; o < output + channels && !some; o++) some = r->some[o * (int64_t)r->fours + four];
        rests += some;
    }
    return rests;
}

rest_count count_rests(const four_rests *r, const channel_block *blocks, int n_blocks) {
    rest_count count = {0};
    int output = 0, n = 0;
    for (int group = 0; group < r->groups; group++) {
        for (int i = 0; i < n_blocks; i++) {
            for (int repeat = 0; repeat < blocks[i].repeat; repeat++, output += blocks[i].channels, n++) {
                const int rests = rests_of_block(r, output, blocks[i].channels);
                count.most = rests > count.most ? rests : count.most;
                count.mean += rests;
            }
        }
    }
    count.mean /= n;
    return count;
}
