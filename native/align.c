/* The misrecognition score: the best alignment of a request with each of some forms (docs/spec/request.md, Alignment). */
#include <stddef.h>

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

/* Several forms are aligned at once, a lane for each. The lanes are vectors that gcc and clang compile for any processor. */
#ifdef __AVX2__
#define LANES 8
#else
#define LANES 4
#endif
#define MOST_LETTERS 255 /* of a request; a longer one is aligned form by form */
#define TOGETHER 256     /* forms that are sorted by length, so that lanes end together */
#define LONGEST 63       /* lengths from here up are one */
#define NEVER (-(1 << 29)) /* what a form gains that has no more letters */
typedef int32_t lanes __attribute__((vector_size(4 * LANES)));

static lanes larger(lanes one, lanes other)
{
    lanes is = one > other;
    return (one & is) | (other & ~is);
}

/* What a request is to all forms: its letters, and each of its codes once. */
typedef struct {
    const uint8_t *codes;
    int32_t letters, kinds;
    uint8_t kind_of[MOST_LETTERS], kinds_of[64]; /* of each letter the place of its code; the codes */
    const int32_t *start, *end, *reward;
} heard;

static void number_codes(heard *request, const uint8_t *codes, int32_t letters)
{
    uint8_t place[64] = {0}; /* from 1 */
    request->kinds = 0;
    for (int32_t i = 0; i < letters; i++) {
        if (!place[codes[i]]) {
            request->kinds_of[request->kinds] = codes[i];
            place[codes[i]] = (uint8_t)++request->kinds;
        }
        request->kind_of[i] = (uint8_t)(place[codes[i]] - 1);
    }
}

/* One letter more of each form, whose gains are `gains` by the codes of the request. */
static void step(const heard *request, const lanes *gains, lanes *rows)
{
    lanes before = rows[0], best = rows[0];
    for (int32_t i = 0; i < request->letters; i++) {
        lanes recognised = before + request->reward[i] + gains[request->kind_of[i]];
        before = rows[i + 1];
        best = larger(best, larger(before, recognised));
        rows[i + 1] = best;
    }
}

/* Scores of LANES forms with letters from `first` to `last`, `longest` at most, but for what losing all of them costs. */
static void align_lanes(const er_letters *of, const heard *request, const int64_t *first, const int64_t *last,
                        int64_t longest, lanes *most)
{
    lanes rows[MOST_LETTERS + 1], gains[64];
    rows[0] = (lanes){0} + request->start[0];
    for (int32_t i = 1; i <= request->letters; i++)
        rows[i] = (lanes){0} + request->start[i];
    for (int64_t letter = 0; letter < longest; letter++) {
        for (int32_t lane = 0; lane < LANES; lane++) {
            int32_t *restrict to = (int32_t *)gains + lane;
            if (first[lane] + letter < last[lane]) {
                const int8_t *gain = of->gains + (ptrdiff_t)of->context[first[lane] + letter] * 64;
                for (int32_t kind = 0; kind < request->kinds; kind++)
                    to[kind * LANES] = gain[request->kinds_of[kind]];
            } else if (first[lane] + letter == last[lane]) {
                for (int32_t kind = 0; kind < request->kinds; kind++)
                    to[kind * LANES] = NEVER;
            }
        }
        step(request, gains, rows);
    }
    *most = rows[0] + request->end[0];
    for (int32_t i = 1; i <= request->letters; i++)
        *most = larger(*most, rows[i] + request->end[i]);
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
        lanes most;
        align_lanes(of, request, first, last, longest, &most);
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
    heard request = {.codes = codes, .letters = letters, .start = start, .end = end, .reward = reward};
    read_request(of, codes, sizes, kinds, words, reward, start, end);
    if (letters > MOST_LETTERS) {
        for (int64_t form = 0; form < count; form++)
            scores[form] = align_one(of, &request, chosen[form], row);
        return;
    }
    number_codes(&request, codes, letters);
    for (int64_t form = 0; form < count; form += TOGETHER)
        align_together(of, &request, chosen + form, (int32_t)(count - form < TOGETHER ? count - form : TOGETHER),
                       scores + form);
}
