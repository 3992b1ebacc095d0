/* Candidates of a request, the evidence for each, and the best of them (edge_er/ranking/evidence.py says what it means). */
#include <stddef.h>

#include "edge_er.h"

static int64_t larger(int64_t one, int64_t other) { return one > other ? one : other; }
static int64_t smaller(int64_t one, int64_t other) { return one < other ? one : other; }

ER_EXPORT int64_t ER(best_whole)(const int32_t *, const uint8_t *, int64_t, int64_t, int32_t, void *, int64_t *);
ER_EXPORT int64_t ER(best_quotient)(const int32_t *, const double *, const uint8_t *, int64_t, int64_t, void *, int64_t *);
ER_EXPORT void ER(align)(const er_letters *, const int64_t *, int64_t, const uint8_t *, int32_t, const int32_t *,
                         const uint8_t *, int32_t, int32_t *, int64_t *);

/* A product that wraps as numpy's do. */
static int64_t times(int64_t one, int64_t other) { return (int64_t)((uint64_t)one * (uint64_t)other); }
static int64_t plus(int64_t one, int64_t other) { return (int64_t)((uint64_t)one + (uint64_t)other); }

/* Groups of equal keys, found by hashing: `slots` holds a group for each key that has come, -1 where none has. */
typedef struct {
    int32_t *slots;
    int64_t *keys; /* of each group */
    uint32_t mask;
    int32_t size;
} groups;

static groups no_groups(int64_t most, int32_t *slots, int64_t *keys)
{
    groups made = {slots, keys, 1, 0};
    while (made.mask < 2 * (uint64_t)most)
        made.mask = made.mask * 2 + 1;
    for (uint32_t i = 0; i <= made.mask; i++)
        slots[i] = -1;
    return made;
}

/* The group of a key, from 0 in the order in which keys come. */
static int32_t group_of(groups *of, int64_t key)
{
    uint32_t at = (uint32_t)(((uint64_t)key * 11400714819323198485u) >> 32) & of->mask;
    for (; of->slots[at] >= 0; at = (at + 1) & of->mask)
        if (of->keys[of->slots[at]] == key)
            return of->slots[at];
    of->keys[of->size] = key;
    return of->slots[at] = of->size++;
}

/* Forms that are among the best by n-grams or words of a reading, or by the vector of a text, ascending: `pool`, whose
   size is given; in `entities` how many distinct entities they have.

   `near` is how many each vector brings. Only forms whose byte in `allowed` is not 0 count, all where it is null.
   `pool` has room for as many forms as may be chosen; `work` for ER_BEST_ROOM of the largest count, 8 for that count
   and one for each form, or 24 * (2 + that) bytes. */
ER_EXPORT int64_t ER(candidates)(const er_evidence *of, const er_text *texts, int32_t text_count,
                                 const er_reading *readings, int64_t near, const uint8_t *allowed, void *work,
                                 int64_t *pool, int64_t *entities)
{
    int64_t most = larger(larger(smaller(near, of->form_count), of->sound_forms), of->word_forms), size = 0;
    int64_t *best = (int64_t *)work + (ER_BEST_ROOM(of->form_count, most) + 7) / 8;
    uint8_t *chosen = (uint8_t *)(best + most);
    for (int64_t form = 0; form < of->form_count; form++)
        chosen[form] = 0;
    for (int32_t t = 0; t < text_count; t++) {
        for (int32_t r = texts[t].first; r < texts[t].first + texts[t].count; r++) {
            int64_t found = 0;
            if (of->sound_forms)
                found = ER(best_quotient)(readings[r].ngrams, of->sizes, allowed, of->form_count, of->sound_forms, work, best);
            for (int64_t i = 0; i < found; i++)
                chosen[best[i]] = 1;
            found = 0;
            if (of->word_forms)
                found = ER(best_whole)(readings[r].scores, allowed, of->form_count, of->word_forms, ER_NO_SCORE, work, best);
            for (int64_t i = 0; i < found; i++)
                chosen[best[i]] = 1;
        }
        int64_t found = ER(best_whole)(texts[t].dots, allowed, of->form_count, smaller(near, of->form_count), INT32_MIN, work, best);
        for (int64_t i = 0; i < found; i++)
            chosen[best[i]] = 1;
    }
    for (int64_t form = 0; form < of->form_count; form++)
        if (chosen[form])
            pool[size++] = form;
    groups found = no_groups(size, (int32_t *)work, (int64_t *)work + 2 * (size + 1));
    for (int64_t i = 0; i < size; i++)
        group_of(&found, of->entity[pool[i]]);
    *entities = found.size;
    return size;
}

/* The misrecognition or word score of each candidate, the higher one, in the readings of a text: `heard` [size].

   Where the number words of a text can be nothing else (`sure`), the text as it stands, its first reading, counts only
   for forms that are its very name. */
static void heard_in(const er_evidence *of, const er_text *text, const er_reading *readings, const int64_t *pool,
                     int64_t size, int64_t *scores, int32_t *work, int64_t *heard)
{
    for (int64_t i = 0; i < size; i++)
        heard[i] = INT64_MIN;
    for (int32_t r = 0; r < text->count; r++) {
        const er_reading *said = readings + text->first + r;
        for (int64_t i = 0; i < size; i++)
            scores[i] = 0;
        if (said->words)
            ER(align)(of->letters, pool, size, said->codes, said->letters, said->sizes, said->kinds, said->words, work, scores);
        int very_name = r == 0 && text->sure;
        for (int64_t i = 0; i < size; i++) {
            if (very_name && of->texts[pool[i]] != said->name)
                continue;
            int64_t score = of->word_forms ? larger(scores[i], said->scores[pool[i]]) : scores[i];
            heard[i] = larger(heard[i], score);
        }
    }
}

/* What the words of a text say of candidates: `words`, the highest word score; bit 1 of `how` says that it is a phrase,
   bit 2 that it is said in part. */
static void words_of(const er_text *text, const er_reading *readings, const int64_t *pool, int64_t size, int64_t *words,
                     uint8_t *how)
{
    for (int64_t i = 0; i < size; i++) {
        words[i] = ER_NO_SCORE;
        how[i] = 0;
    }
    for (int32_t r = text->sure ? 1 : 0; r < text->count; r++) {
        const er_reading *said = readings + text->first + r;
        for (int64_t i = 0; i < size; i++) {
            words[i] = larger(words[i], said->scores[pool[i]]);
            how[i] |= (said->phrase[pool[i]] ? 1 : 0) | (said->part[pool[i]] ? 2 : 0);
        }
    }
    for (int64_t i = 0; i < size; i++)
        how[i] &= how[i] & 1 ? 1 : 3;
}

/* Columns of whole numbers, [size] each. */
typedef struct {
    int64_t *dots, *heard, *ngrams, *raised, *meant;
} columns;

/* Forms that are said in part with one word score: it takes the place of the misrecognition score. */
static void share_words(const int64_t *words, const uint8_t *how, int64_t size, groups found, int32_t *times, int64_t *heard)
{
    for (int64_t i = 0; i < size; i++)
        if (how[i] & 2) {
            int32_t group = group_of(&found, words[i]);
            times[group] = times[group] ? 2 : 1;
        }
    for (int64_t i = 0; i < size; i++)
        if (how[i] & 2 && times[group_of(&found, words[i])] > 1)
            heard[i] = words[i];
}

/* Forms that nothing tells apart share the highest vector and n-grams of one of them, and it is asked who is meant. */
static void share_equals(const er_evidence *of, const int64_t *pool, int64_t size, const int32_t *group, int32_t count,
                         int64_t *highest, columns to)
{
    int64_t *dots = highest, *ngrams = dots + count, *demand = ngrams + count, *main = demand + count;
    for (int64_t i = 0; i < 4 * count; i++)
        highest[i] = INT64_MIN;
    for (int64_t i = 0; i < size; i++) {
        int32_t g = group[i];
        dots[g] = larger(dots[g], to.raised[i]);
        ngrams[g] = larger(ngrams[g], to.ngrams[i]);
        demand[g] = larger(demand[g], of->demand[pool[i]]);
        main[g] = larger(main[g], of->main[pool[i]]);
    }
    for (int64_t i = 0; i < size; i++) {
        int32_t g = group[i];
        to.raised[i] = dots[g];
        to.ngrams[i] = ngrams[g];
        to.meant[i] = -smaller(times(of->demand_cost, demand[g] - of->demand[pool[i]]), of->demand_most) -
                      of->alias * (main[g] - of->main[pool[i]]);
    }
}

/* All evidence of one text for candidates. */
static void gather(const er_evidence *of, const er_text *text, const er_reading *readings, const int64_t *pool,
                   int64_t size, int64_t *work, int32_t *aligning, columns to)
{
    int64_t *words = work, *keys = words + size, *highest = keys + size + 1;
    int32_t *group = (int32_t *)(highest + 4 * size), *slots = group + size;
    uint8_t *how = (uint8_t *)(slots + 8 * (size + 1));
    for (int64_t i = 0; i < size; i++) {
        to.dots[i] = to.raised[i] = text->dots[pool[i]];
        to.heard[i] = to.ngrams[i] = to.meant[i] = 0;
    }
    for (int32_t r = text->first; r < text->first + text->count; r++)
        for (int64_t i = 0; readings[r].ngrams && i < size; i++)
            to.ngrams[i] = larger(to.ngrams[i], readings[r].ngrams[pool[i]]);
    if (!of->heard)
        return;
    heard_in(of, text, readings, pool, size, words, aligning, to.heard);
    if (!of->word_forms)
        return;
    words_of(text, readings, pool, size, words, how);
    for (int64_t i = 0; i < size; i++)
        group[i] = 0;
    share_words(words, how, size, no_groups(size, slots, keys), group, to.heard);
    groups found = no_groups(size, slots, keys);
    for (int64_t i = 0; i < size; i++) {
        int phrase = how[i] & 1, counts = !phrase && words[i] > ER_NO_SCORE && words[i] == to.heard[i];
        if (phrase)
            to.raised[i] = larger(to.dots[i], text->same);
        group[i] = group_of(&found, counts ? words[i] : (int64_t)ER_NO_SCORE - 1 - of->texts[pool[i]]);
    }
    if (found.size < size)
        share_equals(of, pool, size, group, found.size, highest, to);
}

/* The parts of the score of each candidate, weighted means of the texts' by their shares: `parts` double
   [ER_PARTS, size], in the order dense, phrase, heard, popularity, pieces.

   `work` has room for 128 * (size + 1) bytes, `aligning` for 4 * (letters + 1) int32 of the longest reading. */
ER_EXPORT void ER(evidence)(const er_evidence *of, const er_text *texts, int32_t text_count, const er_reading *readings,
                            const int64_t *pool, int64_t size, int64_t *work, int32_t *aligning, double *parts)
{
    columns to = {work, work + size, work + 2 * size, work + 3 * size, work + 4 * size};
    for (int32_t t = 0; t < text_count; t++) {
        gather(of, texts + t, readings, pool, size, work + 5 * size, aligning, to);
        double share = texts[t].share;
        for (int64_t i = 0; i < size; i++) {
            int64_t popular = plus(times(of->popularity, of->demand[pool[i]]), times(of->heard, to.meant[i]));
            int64_t values[ER_PARTS] = {to.dots[i], to.raised[i] - to.dots[i], times(of->heard, to.heard[i]), popular,
                                        times(of->pieces, to.ngrams[i])};
            for (int32_t part = 0; part < ER_PARTS; part++) {
                double *at = parts + part * size + i, value = text_count > 1 ? share * (double)values[part] : (double)values[part];
                *at = t ? *at + value : value;
            }
        }
    }
}

/* Candidates by score, then by entity, then by form. */
typedef struct {
    const double *scores;
    const int64_t *entities, *forms;
} ranks;

static int before(const ranks *of, int64_t one, int64_t other)
{
    if (of->scores[one] != of->scores[other])
        return of->scores[one] > of->scores[other];
    if (of->entities[one] != of->entities[other])
        return of->entities[one] < of->entities[other];
    return of->forms[one] < of->forms[other];
}

static void sink(const ranks *of, int64_t *heap, int64_t size, int64_t at)
{
    int64_t place = heap[at];
    for (int64_t child = 2 * at + 1; child < size; child = 2 * at + 1) {
        if (child + 1 < size && before(of, heap[child + 1], heap[child]))
            child++;
        if (!before(of, heap[child], place))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = place;
}

/* The `count` best entities: how many there are, in `best` [2, count] each and its best form, and in `rows`
   [count, 1 + part_count] its score and the parts of it, which add up from left to right. `parts` is
   [part_count, size]; `work` has room for 48 * (size + 1) bytes. */
ER_EXPORT int64_t ER(rank)(const double *parts, int32_t part_count, int64_t size, const int64_t *entities,
                           const int64_t *forms, int64_t count, void *work, int64_t *best, double *rows)
{
    double *scores = work;
    int64_t *heap = (int64_t *)work + size, found = 0, left = size;
    groups seen = no_groups(size, (int32_t *)(heap + 2 * size), heap + size);
    ranks of = {scores, entities, forms};
    for (int64_t i = 0; i < size; i++) {
        scores[i] = 0.0;
        for (int32_t part = 0; part < part_count; part++)
            scores[i] += parts[part * size + i];
        heap[i] = i;
    }
    for (int64_t at = size / 2; at > 0; at--)
        sink(&of, heap, size, at - 1);
    while (left > 0 && found < count) {
        int64_t place = heap[0];
        int32_t known = seen.size;
        if (group_of(&seen, entities[place]) == known) {
            best[found] = entities[place];
            best[count + found] = forms[place];
            double *row = rows + found++ * (1 + part_count);
            row[0] = scores[place];
            for (int32_t part = 0; part < part_count; part++)
                row[1 + part] = parts[part * size + place];
        }
        heap[0] = heap[--left];
        if (left)
            sink(&of, heap, left, 0);
    }
    return found;
}
