/* Sound codes of texts, and which n-grams of them which form has. Both are made when names are loaded. */
#include <stddef.h>

#include "edge_er.h"

#define PLAIN 128 /* rules are for code points below */

static int fits(const er_rule *rule, const uint32_t *points, int64_t left)
{
    if (rule->size > left)
        return 0;
    for (int32_t i = 0; i < rule->size; i++)
        if (points[i] != rule->letters[i])
            return 0;
    if (!rule->following)
        return 1;
    uint32_t next = rule->size < left ? points[rule->size] - 'a' : 26;
    return next < 26 && (rule->following >> next & 1);
}

/* The sound codes of code points [size], by the first rule that fits at each place: how many. A letter from a to z is
   written once where it would follow itself. The rules for a code point below 128 are those from `first` of it on, up to
   those of the next. `codes` has room for ER_CODES of each code point. */
ER_EXPORT int64_t ER(sound_codes)(const er_rule *rules, const int32_t *first, const uint32_t *points, int64_t size,
                                  uint32_t *codes)
{
    int64_t written = 0;
    for (int64_t at = 0; at < size;) {
        const er_rule *rule = NULL;
        for (int32_t i = points[at] < PLAIN ? first[points[at]] : 0; points[at] < PLAIN && i < first[points[at] + 1]; i++)
            if (fits(rules + i, points + at, size - at)) {
                rule = rules + i;
                break;
            }
        for (int32_t i = 0; i < (rule ? rule->written : 1); i++) {
            uint32_t code = rule ? rule->code[i] : points[at];
            if (!written || code != codes[written - 1] || code < 'a' || code > 'z')
                codes[written++] = code;
        }
        at += rule ? rule->size : 1;
    }
    return written;
}

/* The number of the n-gram of `count` letters that begins here, -1 where a form ends before; n-grams of two and three
   letters have different numbers below alphabet ** 3. */
static int64_t ngram_at(const uint8_t *letters, int32_t count, int64_t alphabet)
{
    int64_t number = 0;
    for (int32_t i = 0; i < 3; i++) {
        if (i < count && !letters[i])
            return -1;
        number = number * alphabet + (i < count ? letters[i] : 0);
    }
    return number;
}

/* The forms of each n-gram, ascending, each once; those of n-gram i are from `starts`[i] on, up to `starts`[i + 1]: how
   many there are.

   Args:
       letters: [size + 2], below `alphabet`; 0 ends each form, and two more stand at the end.
       starts: [alphabet ** 3 + 1].
       seen: [alphabet ** 3], work.
       forms: room for 2 * size. */
ER_EXPORT int64_t ER(ngrams)(const uint8_t *letters, int64_t size, int64_t alphabet, int32_t *starts, int32_t *seen,
                             int32_t *forms)
{
    int64_t all = alphabet * alphabet * alphabet, sum = 0;
    for (int pass = 0; pass < 2; pass++) {
        int32_t form = 0;
        for (int64_t i = 0; i < all; i++)
            seen[i] = -1;
        if (pass == 0)
            for (int64_t i = 0; i <= all; i++)
                starts[i] = 0;
        for (int64_t at = 0; at < size; at++) {
            if (!letters[at])
                form++;
            for (int32_t count = 2; count <= 3 && letters[at]; count++) {
                int64_t number = ngram_at(letters + at, count, alphabet);
                if (number < 0 || seen[number] == form)
                    continue;
                seen[number] = form;
                if (pass == 0)
                    starts[number]++;
                else
                    forms[starts[number]++] = form;
            }
        }
        /* Counts become places after the first pass; the second moved each place to the next n-gram's. */
        int32_t before = 0;
        for (int64_t i = 0; i <= all; i++) {
            int32_t here = starts[i];
            starts[i] = pass == 0 ? (int32_t)sum : before;
            sum += pass == 0 ? here : 0;
            before = here;
        }
    }
    return sum;
}

#define MASKS 4 /* so many times 64 n-grams of a request are looked for */

/* What the n-grams of a request weigh that each form has, each counted once: [forms] sums.

   Args:
       codes: [size], of all forms, a 0 after each.
       ngrams: [count, 3], the letters of each, the third 0 where it has two.
       weights: [count], 64 * MASKS at most. */
ER_EXPORT void ER(shared_in)(const uint32_t *codes, int64_t size, const uint32_t *ngrams, const int32_t *weights,
                             int32_t count, int32_t *sums)
{
    uint64_t seen[MASKS] = {0};
    int64_t form = 0;
    int32_t sum = 0;
    for (int64_t at = 0; at < size; at++) {
        if (!codes[at]) {
            sums[form++] = sum;
            sum = 0;
            for (int32_t i = 0; i < MASKS; i++)
                seen[i] = 0;
            continue;
        }
        for (int32_t i = 0; i < count; i++) {
            const uint32_t *ngram = ngrams + 3 * i;
            if (codes[at] != ngram[0] || codes[at + 1] != ngram[1] || (ngram[2] && codes[at + 2] != ngram[2]))
                continue;
            if (!(seen[i / 64] >> (i % 64) & 1))
                sum += weights[i];
            seen[i / 64] |= (uint64_t)1 << (i % 64);
        }
    }
}
