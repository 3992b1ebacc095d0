/* The scan of int8 vectors, sums over the posting lists of n-grams, and the best of many scores. */
#include <stddef.h>

#include "edge_er.h"

/* The dot products of one vector, int16 [dim], with all forms, int8 [forms, dim]: int32 [forms]. */
ER_EXPORT void ER(scan)(const int16_t *restrict query, const int8_t *restrict vectors, int64_t forms, int32_t dim,
                        int32_t *restrict dots)
{
    for (int64_t form = 0; form < forms; form++) {
        const int8_t *vector = vectors + form * dim;
        int32_t sum = 0;
        for (int32_t i = 0; i < dim; i++)
            sum += query[i] * (int16_t)vector[i];
        dots[form] = sum;
    }
}

/* Weights of the n-grams `ids` [count] summed up over the forms that have them: int32 [forms]. */
ER_EXPORT void ER(shared)(const int64_t *starts, const int32_t *forms_of, const int32_t *weights, const int32_t *ids,
                          int32_t count, int32_t *restrict sums, int64_t forms)
{
    for (int64_t form = 0; form < forms; form++)
        sums[form] = 0;
    for (int32_t i = 0; i < count; i++) {
        int32_t weight = weights[ids[i]];
        for (int64_t at = starts[ids[i]]; at < starts[ids[i] + 1]; at++)
            sums[forms_of[at]] += weight;
    }
}

/* A heap of the best scores, the worst of them first; of equal scores the larger form is the worse. */
typedef struct {
    double score;
    int64_t form;
} place;

static int worse(place one, place other)
{
    return one.score < other.score || (one.score == other.score && one.form > other.form);
}

static void sink(place *heap, int64_t size, place new)
{
    int64_t at = 0;
    for (int64_t child = 1; child < size; child = 2 * at + 1) {
        if (child + 1 < size && worse(heap[child + 1], heap[child]))
            child++;
        if (!worse(heap[child], new))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = new;
}

static void rise(place *heap, int64_t at, place new)
{
    for (; at > 0 && worse(new, heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = new;
}

/* One score more, where forms come in ascending order. */
static int64_t take(place *heap, int64_t size, int64_t count, double score, int64_t form)
{
    place new = {score, form};
    if (size < count) {
        rise(heap, size, new);
        return size + 1;
    }
    if (score > heap[0].score)
        sink(heap, size, new);
    return size;
}

/* The forms of a heap, best first. */
static int64_t sorted(place *heap, int64_t size, int64_t *best)
{
    for (int64_t left = size; left > 0; left--) {
        place last = heap[left - 1];
        best[left - 1] = heap[0].form;
        sink(heap, left - 1, last);
    }
    return size;
}

/* Forms that are passed over together where none of them is among the best. Their scores are vectors that gcc and clang
   compile for any processor. */
#define BLOCK 16
typedef int32_t some __attribute__((vector_size(16), aligned(4), may_alias));
typedef int64_t flags __attribute__((vector_size(16), may_alias));
typedef double two __attribute__((vector_size(16), aligned(8), may_alias));

static int any_above(const int32_t *scores, int32_t floor)
{
    const some *at = (const some *)scores;
    flags any = (flags)((at[0] > floor) | (at[1] > floor) | (at[2] > floor) | (at[3] > floor));
    return (any[0] | any[1]) != 0;
}

static int any_quotient_above(const int32_t *sums, const double *sizes, double floor)
{
    flags any = {0, 0};
    for (int i = 0; i < BLOCK; i += 2) {
        two sum = {sums[i], sums[i + 1]};
        any |= (flags)(sum > *(const two *)(sizes + i) * floor);
    }
    return (any[0] | any[1]) != 0;
}

/* The `count` forms of the highest score above `least`, best first, ties by form: how many there are. Only forms whose
   byte in `allowed` is not 0 count, all where it is null. `work` has room for 2 * count doubles. */
ER_EXPORT int64_t ER(best_whole)(const int32_t *scores, const uint8_t *allowed, int64_t forms, int64_t count,
                                 int32_t least, void *work, int64_t *best)
{
    place *heap = work;
    int64_t size = 0;
    int32_t floor = least; /* no score up to here can still be among the best */
    for (int64_t first = 0; first < forms && count > 0; first += BLOCK) {
        int64_t end = forms - first < BLOCK ? forms : first + BLOCK;
        if (end - first == BLOCK && !any_above(scores + first, floor))
            continue;
        for (int64_t form = first; form < end; form++)
            if (scores[form] > floor && (!allowed || allowed[form])) {
                size = take(heap, size, count, scores[form], form);
                if (size == count)
                    floor = (int32_t)heap[0].score;
            }
    }
    return sorted(heap, size, best);
}

/* The same for the quotients of `sums` and `sizes`, which are above 0; all quotients count. */
ER_EXPORT int64_t ER(best_quotient)(const int32_t *sums, const double *sizes, const uint8_t *allowed, int64_t forms,
                                    int64_t count, void *work, int64_t *best)
{
    place *heap = work;
    int64_t size = 0;
    double floor = -1.0; /* a little below the worst of a full heap: most forms need no division */
    for (int64_t first = 0; first < forms && count > 0; first += BLOCK) {
        int64_t end = forms - first < BLOCK ? forms : first + BLOCK;
        if (end - first == BLOCK && floor > 0.0 && !any_quotient_above(sums + first, sizes + first, floor))
            continue;
        for (int64_t form = first; form < end; form++) {
            if (sums[form] <= floor * sizes[form] || (allowed && !allowed[form]))
                continue;
            size = take(heap, size, count, sums[form] / sizes[form], form);
            if (size == count)
                floor = heap[0].score * (1.0 - 1e-12);
        }
    }
    return sorted(heap, size, best);
}
