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

/* Scores of the forms `chosen` [count]: int64 [count].

   The request is `codes` [letters], codes of its letters without spaces, in `words` words: of `sizes` letters, and of
   `kinds`, 1 for a word of carriers plus 2 for one of the name. `work` has room for 4 * (letters + 1) int32. */
ER_EXPORT void ER(align)(const er_letters *of, const int64_t *chosen, int64_t count, const uint8_t *codes,
                         int32_t letters, const int32_t *sizes, const uint8_t *kinds, int32_t words, int32_t *work,
                         int64_t *scores)
{
    int32_t *restrict start = work, *restrict row = start + letters + 1;
    int32_t *restrict end = row + letters + 1, *restrict reward = end + letters + 1;
    read_request(of, codes, sizes, kinds, words, reward, start, end);
    for (int64_t form = 0; form < count; form++) {
        int64_t number = chosen[form];
        for (int32_t i = 0; i <= letters; i++)
            row[i] = start[i];
        for (int64_t at = of->starts[number]; at < of->starts[number + 1]; at++) {
            const int8_t *gains = of->gains + (ptrdiff_t)of->context[at] * 64;
            int32_t before = row[0], best = row[0];
            for (int32_t i = 0; i < letters; i++) {
                int32_t heard = before + reward[i] + gains[codes[i]];
                before = row[i + 1];
                int32_t kept = before > heard ? before : heard;
                best = best > kept ? best : kept;
                row[i + 1] = best;
            }
        }
        int32_t most = row[0] + end[0];
        for (int32_t i = 1; i <= letters; i++)
            most = most > row[i] + end[i] ? most : row[i] + end[i];
        scores[form] = (int64_t)most - of->lost[number];
    }
}
