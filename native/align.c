/* The misrecognition score: the best alignment of a request with each of some forms (docs/spec/request.md, Alignment). */
#include <stddef.h>
#include <string.h>

#include "edge_er.h"

/* Reward of recognising each letter of the request, and what beginning or ending at each place earns.

   Lost and added letters are paid beforehand, as if all of them were: then losing and adding is free in the table, and
   recognising a letter earns what neither losing it nor adding it costs (edge_er/text/misrecognition.py). */
static void read_request(const er_letters *of, const uint8_t *codes, const int32_t *sizes, const uint8_t *kinds,
                         int32_t words, int32_t *reward, int32_t *start, int32_t *end)
{
    int32_t left = 0, added = 0, at = 0, last = of->edge;
    start[0] = end[0] = of->border;
    for (int32_t word = 0; word < words; word++)
        for (int32_t i = 0; i < sizes[word]; i++, at++) {
            int32_t pair = last * 64 + codes[at], usual = kinds[word] & 2 ? of->usual[pair] : 0;
            int32_t cost = of->added[pair] - usual;
            cost = cost > 1 ? cost : 1;
            reward[at] = usual + cost;
            added += cost;
            left += kinds[word] & 1 ? 0 : of->left;
            start[at + 1] = added - left;
            end[at + 1] = left - added;
            if (i + 1 == sizes[word]) {
                start[at + 1] += of->border;
                end[at + 1] += of->border;
            }
            last = codes[at];
        }
    for (int32_t i = 0; i <= at; i++)
        end[i] -= left;
    for (int32_t i = 1; i <= at; i++) /* what went before may have begun earlier */
        start[i] = start[i] > start[i - 1] ? start[i] : start[i - 1];
}

/* Several forms are aligned at once, a lane for each, in 16 bits. The lanes are vectors that gcc and clang compile for any
   processor. */
#define LANES 16
#ifdef __AVX2__
#define PARTS 1
#else
#define PARTS 2
#endif
#define PART (LANES / PARTS)
#define MOST_LETTERS 255 /* of a request whose forms are aligned at once */
#define MOST_REWARD 1000 /* of a letter of it */
#define TOGETHER 256     /* forms that are sorted by length, so that lanes end together */
#define LONGEST 63       /* lengths from here up are one */
#define BLOCK 8          /* codes whose gains are brought to lanes together */
#define CODES 64
typedef int16_t lanes __attribute__((vector_size(2 * PART)));
typedef int8_t bytes __attribute__((vector_size(LANES)));
typedef int64_t pair __attribute__((vector_size(LANES)));
#ifdef __clang__
#define MIX(one, other, ...) __builtin_shufflevector(one, other, __VA_ARGS__)
#else
#define MIX(one, other, ...) __builtin_shuffle(one, other, (bytes){__VA_ARGS__})
#endif
#define FIRST_HALVES(one, other) MIX(one, other, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define LAST_HALVES(one, other) MIX(one, other, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)

/* What a request is to all forms. */
typedef struct {
    const uint8_t *codes;
    int32_t letters;
    const int32_t *start, *end, *reward;
    uint8_t has[CODES / BLOCK]; /* whether it has a code of each block */
} heard;

/* Whether forms can be aligned at once: no score leaves 16 bits, gains being of 8. */
static int fits(const heard *request)
{
    if (request->letters > MOST_LETTERS || request->start[0] < INT16_MIN + 3 * MOST_REWARD)
        return 0;
    int32_t most = request->start[request->letters]; /* starts never fall */
    for (int32_t i = 0; i < request->letters; i++) {
        if (request->reward[i] < 0 || request->reward[i] > MOST_REWARD)
            return 0;
        most += request->reward[i] + INT8_MAX;
    }
    return most <= INT16_MAX;
}

static inline bytes eight_of(const int8_t *from)
{
    pair loaded = {0, 0};
    memcpy(&loaded, from, BLOCK);
    return (bytes)loaded;
}

/* Gains of one letter of each form, by codes: rows of the forms become lanes of the codes, a block at a time. `ended` is
   added. */
static void turn(const heard *request, const int8_t *const *rows, const int16_t *ended, int16_t (*gains)[LANES])
{
    for (int32_t first = 0; first < CODES; first += BLOCK) {
        if (!request->has[first / BLOCK])
            continue;
        bytes mixed[BLOCK], next[BLOCK];
        for (int32_t lane = 0; lane < BLOCK; lane++)
            mixed[lane] = FIRST_HALVES(eight_of(rows[lane] + first), eight_of(rows[lane + BLOCK] + first));
        for (int32_t time = 0; time < 3; time++) { /* a perfect shuffle of all bytes each time */
            for (int32_t i = 0; i < BLOCK / 2; i++) {
                next[2 * i] = FIRST_HALVES(mixed[i], mixed[i + BLOCK / 2]);
                next[2 * i + 1] = LAST_HALVES(mixed[i], mixed[i + BLOCK / 2]);
            }
            for (int32_t i = 0; i < BLOCK; i++)
                mixed[i] = next[i];
        }
        for (int32_t i = 0; i < BLOCK; i++)
            for (int32_t lane = 0; lane < LANES; lane++)
                gains[first + i][lane] = (int16_t)(((const int8_t *)&mixed[i])[lane] + ended[lane]);
    }
}

/* The larger one in each lane. */
static inline void larger(const lanes *one, const lanes *other, lanes *to)
{
    lanes these = *one, those = *other, most;
    for (int32_t lane = 0; lane < PART; lane++)
        most[lane] = these[lane] > those[lane] ? these[lane] : those[lane];
    *to = most;
}

/* One letter more of the forms of a part. */
static inline void step(const heard *request, const int16_t (*gains)[LANES], lanes *rows)
{
    lanes before = rows[0], best = rows[0];
    for (int32_t i = 0; i < request->letters; i++) {
        lanes recognised = before + *(const lanes *)gains[request->codes[i]] + (int16_t)request->reward[i];
        before = rows[i + 1];
        larger(&before, &recognised, &recognised);
        larger(&best, &recognised, &best);
        rows[i + 1] = best;
    }
}

/* Scores of LANES forms with letters from `first` to `last`, `longest` at most, but for what losing all of them costs. */
static void align_lanes(const er_letters *of, const heard *request, const int64_t *first, const int64_t *last,
                        int64_t longest, int32_t *most)
{
    lanes rows[PARTS][MOST_LETTERS + 1];
    int16_t gains[CODES][LANES] __attribute__((aligned(2 * LANES))), ended[LANES] = {0};
    const int8_t *of_letter[LANES];
    for (int32_t part = 0; part < PARTS; part++) {
        rows[part][0] = (lanes){0} + (int16_t)request->start[0];
        for (int32_t i = 1; i <= request->letters; i++)
            rows[part][i] = (lanes){0} + (int16_t)request->start[i];
    }
    for (int32_t lane = 0; lane < LANES; lane++)
        of_letter[lane] = of->gains;
    for (int64_t letter = 0; letter < longest; letter++) {
        for (int32_t lane = 0; lane < LANES; lane++) {
            if (first[lane] + letter < last[lane])
                of_letter[lane] = of->gains + (ptrdiff_t)of->context[first[lane] + letter] * CODES;
            else
                ended[lane] = -MOST_REWARD - INT8_MAX; /* no letter is recognised as one that is not there */
        }
        turn(request, of_letter, ended, gains);
        for (int32_t part = 0; part < PARTS; part++)
            step(request, (const int16_t(*)[LANES])((int16_t *)gains + part * PART), rows[part]);
    }
    for (int32_t lane = 0; lane < LANES; lane++) {
        const int16_t *row = (const int16_t *)rows[lane / PART] + lane % PART;
        most[lane] = row[0] + request->end[0];
        for (int32_t i = 1; i <= request->letters; i++) {
            int32_t here = row[i * PART] + request->end[i];
            most[lane] = most[lane] > here ? most[lane] : here;
        }
    }
}

/* The places of up to TOGETHER forms, the longest first. */
static void longest_first(const er_letters *of, const int64_t *chosen, int32_t count, int32_t *order)
{
    int32_t at[LONGEST + 2] = {0};
    for (int32_t i = 0; i < count; i++) {
        int64_t length = of->starts[chosen[i] + 1] - of->starts[chosen[i]];
        order[i] = LONGEST - (int32_t)(length < LONGEST ? length : LONGEST);
        at[order[i] + 1]++;
    }
    for (int32_t length = 0; length < LONGEST; length++)
        at[length + 1] += at[length];
    int32_t places[TOGETHER];
    for (int32_t i = 0; i < count; i++)
        places[at[order[i]]++] = i;
    for (int32_t i = 0; i < count; i++)
        order[i] = places[i];
}

static void align_together(const er_letters *of, const heard *request, const int64_t *chosen, int32_t count, int64_t *scores)
{
    int32_t order[TOGETHER];
    longest_first(of, chosen, count, order);
    for (int32_t group = 0; group < count; group += LANES) {
        int64_t first[LANES] = {0}, last[LANES] = {0};
        int32_t there = count - group < LANES ? count - group : LANES;
        int64_t longest = 0;
        for (int32_t lane = 0; lane < there; lane++) {
            int64_t form = chosen[order[group + lane]];
            first[lane] = of->starts[form];
            last[lane] = of->starts[form + 1];
            longest = longest > last[lane] - first[lane] ? longest : last[lane] - first[lane];
        }
        int32_t most[LANES];
        align_lanes(of, request, first, last, longest, most);
        for (int32_t lane = 0; lane < there; lane++) {
            int32_t place = order[group + lane];
            scores[place] = (int64_t)most[lane] - of->lost[chosen[place]];
        }
    }
}

/* The score of one form. */
static int64_t align_one(const er_letters *of, const heard *request, int64_t form, int32_t *restrict row)
{
    int32_t letters = request->letters;
    const int32_t *restrict reward = request->reward;
    for (int32_t i = 0; i <= letters; i++)
        row[i] = request->start[i];
    for (int64_t at = of->starts[form]; at < of->starts[form + 1]; at++) {
        const int8_t *gains = of->gains + (ptrdiff_t)of->context[at] * 64;
        int32_t before = row[0], best = row[0];
        for (int32_t i = 0; i < letters; i++) {
            int32_t recognised = before + reward[i] + gains[request->codes[i]];
            before = row[i + 1];
            int32_t kept = before > recognised ? before : recognised;
            best = best > kept ? best : kept;
            row[i + 1] = best;
        }
    }
    int32_t most = row[0] + request->end[0];
    for (int32_t i = 1; i <= letters; i++)
        most = most > row[i] + request->end[i] ? most : row[i] + request->end[i];
    return (int64_t)most - of->lost[form];
}

/* Scores of the forms `chosen` [count]: int64 [count].

   The request is `codes` [letters], codes of its letters without spaces, in `words` words: of `sizes` letters, and of
   `kinds`, 1 for a word of carriers plus 2 for one of the name. `work` has room for 4 * (letters + 1) int32. */
ER_EXPORT void ER(align)(const er_letters *of, const int64_t *chosen, int64_t count, const uint8_t *codes,
                         int32_t letters, const int32_t *sizes, const uint8_t *kinds, int32_t words, int32_t *work,
                         int64_t *scores)
{
    int32_t *start = work, *row = start + letters + 1, *end = row + letters + 1, *reward = end + letters + 1;
    heard request = {.codes = codes, .letters = letters, .start = start, .end = end, .reward = reward, .has = {0}};
    read_request(of, codes, sizes, kinds, words, reward, start, end);
    if (!fits(&request)) {
        for (int64_t form = 0; form < count; form++)
            scores[form] = align_one(of, &request, chosen[form], row);
        return;
    }
    for (int32_t i = 0; i < letters; i++)
        request.has[codes[i] / BLOCK] = 1;
    for (int64_t form = 0; form < count; form += TOGETHER)
        align_together(of, &request, chosen + form, (int32_t)(count - form < TOGETHER ? count - form : TOGETHER),
                       scores + form);
}
