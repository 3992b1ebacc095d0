/* The scan of int8 vectors, sums over the posting lists of n-grams, and the best of many scores. */
#include <stddef.h>

#include "edge_er.h"

static inline void scan_of(const int16_t *restrict query, const int8_t *restrict vectors, int64_t forms, int32_t dim,
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

/* The dot products of one vector, int16 [dim], with all forms, int8 [forms, dim]: int32 [forms]. */
ER_EXPORT void ER(scan)(const int16_t *restrict query, const int8_t *restrict vectors, int64_t forms, int32_t dim,
                        int32_t *restrict dots)
{
    if (dim == 32) /* usual widths, of which compilers make no loop */
        scan_of(query, vectors, forms, 32, dots);
    else if (dim == 64)
        scan_of(query, vectors, forms, 64, dots);
    else
        scan_of(query, vectors, forms, dim, dots);
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

/* A score that may be among the best. Forms come in ascending order; of equal scores the smaller form is the better. */
typedef struct {
    double score;
    int64_t form;
} place;

/* Places that may be among the best, ascending by form, and room to find the worst of them. */
typedef struct {
    place *places;
    double *scores;
    int64_t size, most, count;
} chosen;

static chosen none_chosen(void *work, int64_t forms, int64_t count)
{
    int64_t most = ER_PLACES(forms, count);
    return (chosen){work, (double *)((place *)work + most), 0, most, count};
}

/* The highest score but `rank` others; `scores` change their order. */
static double highest_but(double *scores, int64_t size, int64_t rank)
{
    int64_t first = 0, last = size - 1;
    while (first < last) {
        double middle = scores[first + (last - first) / 2];
        int64_t left = first, right = last;
        while (left <= right) {
            while (scores[left] > middle)
                left++;
            while (scores[right] < middle)
                right--;
            if (left <= right) {
                double other = scores[left];
                scores[left++] = scores[right];
                scores[right--] = other;
            }
        }
        if (rank <= right)
            last = right;
        else if (rank >= left)
            first = left;
        else
            break;
    }
    return scores[rank];
}

/* Keep the best, in their order: the score of the worst of them. */
static double keep_best(chosen *of)
{
    for (int64_t i = 0; i < of->size; i++)
        of->scores[i] = of->places[i].score;
    double worst = highest_but(of->scores, of->size, of->count - 1);
    int64_t equal = of->count, kept = 0;
    for (int64_t i = 0; i < of->size; i++)
        equal -= of->places[i].score > worst;
    for (int64_t i = 0; i < of->size; i++)
        if (of->places[i].score > worst || (of->places[i].score == worst && equal-- > 0))
            of->places[kept++] = of->places[i];
    of->size = kept;
    return worst;
}

/* The forms of the best, ascending: how many they are. */
static int64_t best_forms(chosen *of, int64_t *best)
{
    if (of->size > of->count)
        keep_best(of);
    for (int64_t i = 0; i < of->size; i++)
        best[i] = of->places[i].form;
    return of->size;
}

/* Forms that are looked at together: the highest of their scores says whether any of them can be among the best. The
   scores are vectors that gcc and clang compile for any processor. */
#define BLOCK 16
typedef int32_t some __attribute__((vector_size(16), aligned(4), may_alias));
typedef double two __attribute__((vector_size(16), aligned(8), may_alias));

static int32_t highest_whole(const int32_t *scores)
{
    const some *at = (const some *)scores;
    some most = at[0];
    for (int i = 1; i < BLOCK / 4; i++) {
        some is = at[i] > most;
        most = (at[i] & is) | (most & ~is);
    }
    int32_t one = most[0] > most[1] ? most[0] : most[1], other = most[2] > most[3] ? most[2] : most[3];
    return one > other ? one : other;
}

static double highest_quotient(const int32_t *sums, const double *sizes)
{
    two most = {0.0, 0.0};
    for (int i = 0; i < BLOCK; i += 2) {
        two sum = {sums[i], sums[i + 1]}, score = sum / *(const two *)(sizes + i), highest;
        for (int lane = 0; lane < 2; lane++)
            highest[lane] = score[lane] > most[lane] ? score[lane] : most[lane];
        most = highest;
    }
    return most[0] > most[1] ? most[0] : most[1];
}

/* A score that the `count` best reach: the worst of so many of the `highest` of blocks; there is none below `least`. */
static double floor_of(const chosen *of, const double *highest, int64_t blocks, double *work, double least)
{
    if (blocks < of->count)
        return least;
    for (int64_t block = 0; block < blocks; block++)
        work[block] = highest[block];
    double floor = highest_but(work, blocks, of->count - 1);
    return floor > least ? floor : least;
}

static void choose(chosen *of, double score, int64_t form, double *floor)
{
    of->places[of->size++] = (place){score, form};
    if (of->size == of->most && of->size > of->count)
        *floor = keep_best(of);
}

/* The `count` forms of the highest score above `least`, ascending, of equal scores the smaller forms: how many there are.
   Only forms whose byte in `allowed` is not 0 count, all where it is null. `work` has room for ER_BEST_ROOM bytes. */
ER_EXPORT int64_t ER(best_whole)(const int32_t *scores, const uint8_t *allowed, int64_t forms, int64_t count,
                                 int32_t least, void *work, int64_t *best)
{
    if (count <= 0)
        return 0;
    chosen found = none_chosen(work, forms, count);
    int64_t blocks = forms / BLOCK;
    double *highest = found.scores + found.most, floor = (double)least + 1.0;
    for (int64_t block = 0; block < blocks; block++)
        highest[block] = highest_whole(scores + block * BLOCK);
    if (!allowed)
        floor = floor_of(&found, highest, blocks, highest + blocks, floor);
    for (int64_t block = 0; block <= blocks; block++) {
        if (block < blocks && highest[block] < floor)
            continue;
        for (int64_t form = block * BLOCK; form < forms && form < (block + 1) * BLOCK; form++)
            if (scores[form] >= floor && (!allowed || allowed[form]))
                choose(&found, scores[form], form, &floor);
    }
    return best_forms(&found, best);
}

/* The same for the quotients of `sums` and `sizes`, from 0 up and above 0; all quotients count. */
ER_EXPORT int64_t ER(best_quotient)(const int32_t *sums, const double *sizes, const uint8_t *allowed, int64_t forms,
                                    int64_t count, void *work, int64_t *best)
{
    if (count <= 0)
        return 0;
    chosen found = none_chosen(work, forms, count);
    int64_t blocks = forms / BLOCK;
    double *highest = found.scores + found.most, floor = 0.0;
    for (int64_t block = 0; block < blocks; block++)
        highest[block] = highest_quotient(sums + block * BLOCK, sizes + block * BLOCK);
    if (!allowed)
        floor = floor_of(&found, highest, blocks, highest + blocks, floor);
    for (int64_t block = 0; block <= blocks; block++) {
        if (block < blocks && highest[block] < floor)
            continue;
        for (int64_t form = block * BLOCK; form < forms && form < (block + 1) * BLOCK; form++) {
            double score = sums[form] / sizes[form];
            if (score >= floor && (!allowed || allowed[form]))
                choose(&found, score, form, &floor);
        }
    }
    return best_forms(&found, best);
}
