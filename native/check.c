/* Runs every kernel on made-up inputs of many shapes and prints a checksum of what each gives, a line for each.

       cc -DER_VARIANT=base -I native native/check.c native/encoder.c ... -lm && ./a.out

   The lines must be those of tests/golden/kernels.txt, whatever compiler, library of C and processor there are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "edge_er.h"

ER_EXPORT void ER(encode)(const er_encoder *, const int32_t *, int32_t, float *, float *, int8_t *, float, float);
ER_EXPORT void ER(scan)(const int16_t *, const int8_t *, int64_t, int32_t, int32_t *);
ER_EXPORT void ER(shared)(const int64_t *, const int32_t *, const int32_t *, const int32_t *, int32_t, int32_t *, int64_t);
ER_EXPORT int64_t ER(best_whole)(const int32_t *, const uint8_t *, int64_t, int64_t, int32_t, void *, int64_t *);
ER_EXPORT int64_t ER(best_quotient)(const int32_t *, const double *, const uint8_t *, int64_t, int64_t, void *, int64_t *);
ER_EXPORT void ER(align)(const er_letters *, const int64_t *, int64_t, const uint8_t *, int32_t, const int32_t *,
                         const uint8_t *, int32_t, int32_t *, int64_t *);
ER_EXPORT int64_t ER(word_scores)(const er_words *, const er_said *, int64_t *, int32_t *, uint8_t *, uint8_t *, int64_t *);

ER_EXPORT int64_t ER(candidates)(const er_evidence *, const er_text *, int32_t, const er_reading *, int64_t, const uint8_t *,
                                 void *, int64_t *, int64_t *);
ER_EXPORT void ER(evidence)(const er_evidence *, const er_text *, int32_t, const er_reading *, const int64_t *, int64_t,
                            int64_t *, int32_t *, double *);
ER_EXPORT int64_t ER(rank)(const double *, int32_t, int64_t, const int64_t *, const int64_t *, int64_t, void *, int64_t *,
                           double *);

ER_EXPORT int64_t ER(sound_codes)(const er_rule *, const int32_t *, const uint32_t *, int64_t, uint32_t *);
ER_EXPORT int64_t ER(ngrams)(const uint8_t *, int64_t, int64_t, int32_t *, int32_t *, int32_t *);
ER_EXPORT void ER(shared_in)(const uint32_t *, int64_t, const uint32_t *, const int32_t *, int32_t, int32_t *);

static uint64_t state, sum;

/* The next made-up number from `low` up and below `high`. */
static int32_t next(int32_t low, int32_t high)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return low + (int32_t)((state >> 33) % (uint64_t)(high - low));
}

static void count(const void *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ ((const unsigned char *)data)[i]) * 1099511628211u;
}

/* Memory of exactly so many bytes, so that a sanitizer sees a step beyond it. */
static void *room(size_t size)
{
    void *found = malloc(size ? size : 1);
    if (!found)
        exit(2);
    return found;
}

#define MAKE(TYPE, NAME)                                                                           \
    static TYPE *NAME(int64_t size, int32_t low, int32_t high)                                     \
    {                                                                                              \
        TYPE *made = room((size_t)size * sizeof(TYPE));                                            \
        for (int64_t i = 0; i < size; i++)                                                         \
            made[i] = (TYPE)next(low, high);                                                       \
        return made;                                                                               \
    }
MAKE(int8_t, bytes)
MAKE(uint8_t, flags)
MAKE(int16_t, shorts)
MAKE(int32_t, ints)
MAKE(int64_t, longs)

/* Floats of either sign, no larger than `most`. */
static float *floats(int64_t size, float most)
{
    float *made = room((size_t)size * sizeof(float));
    for (int64_t i = 0; i < size; i++)
        made[i] = (float)next(-1000, 1001) / 1000.0f * most;
    return made;
}

/* Where rows of made-up lengths begin: [rows + 1]. */
static int64_t *starts(int64_t rows, int32_t longest)
{
    int64_t *made = room((size_t)(rows + 1) * sizeof(int64_t));
    made[0] = 0;
    for (int64_t i = 0; i < rows; i++)
        made[i + 1] = made[i] + next(0, longest + 1);
    return made;
}

static void check_search(void)
{
    int32_t forms = next(0, 60), dim = next(1, 70), ngrams = next(1, 20), best = next(0, 70);
    int32_t *dots = room((size_t)forms * 4);
    int16_t *query = shorts(dim, -128, 128); /* one after another: the order of arguments is the compiler's */
    int8_t *vectors = bytes((int64_t)forms * dim, -127, 128);
    ER(scan)(query, vectors, forms, dim, dots);
    count(dots, (size_t)forms * 4);
    int64_t *first = starts(ngrams, forms);
    int32_t *owners = ints(first[ngrams], 0, forms > 0 ? forms : 1);
    int32_t *weights = ints(ngrams, 0, 90), *asked = ints(ngrams / 2, 0, ngrams);
    int32_t *sums = room((size_t)forms * 4);
    double *sizes = room((size_t)forms * 8);
    if (forms == 0)
        memset(first, 0, (size_t)(ngrams + 1) * 8);
    ER(shared)(first, owners, weights, asked, ngrams / 2, sums, forms);
    count(sums, (size_t)forms * 4);
    for (int32_t i = 0; i < forms; i++)
        sizes[i] = next(150, 160);
    uint8_t *allowed = next(0, 2) ? flags(forms, 0, 2) : NULL;
    void *work = room((size_t)ER_BEST_ROOM(forms, best));
    int64_t *found = room((size_t)best * 8), size = ER(best_whole)(dots, allowed, forms, best, -900, work, found);
    count(found, (size_t)size * 8);
    size = ER(best_quotient)(sums, sizes, allowed, forms, best, work, found);
    count(found, (size_t)size * 8);
}

static void check_align(void)
{
    int32_t forms = next(1, 12), contexts = next(1, 40), words = next(1, 6);
    int64_t *first = starts(forms, 20), *chosen = room((size_t)forms * 8), *scores = room((size_t)forms * 8);
    int32_t *sizes = ints(words, 1, 9), letters = 0;
    for (int32_t i = 0; i < words; i++)
        letters += sizes[i];
    for (int32_t i = 0; i < forms; i++)
        chosen[i] = next(0, forms);
    er_letters of = {first, NULL, NULL, NULL, NULL, NULL, 12, 16, 63};
    of.context = ints(first[forms], 0, contexts);
    of.gains = bytes(contexts * 64, -88, 89);
    of.lost = ints(forms, 0, 900);
    of.usual = ints(64 * 64, 0, 89);
    of.added = ints(64 * 64, 0, 89);
    uint8_t *codes = flags(letters, 0, 63), *kinds = flags(words, 0, 4);
    ER(align)(&of, chosen, forms, codes, letters, sizes, kinds, words, room((size_t)(letters + 1) * 16), scores);
    count(scores, (size_t)forms * 8);
}

static void check_words(void)
{
    int32_t words = next(1, 20), forms = next(1, 30), said = next(1, 9);
    int64_t *by_form = room((size_t)(forms + 1) * 8), *by_word = room((size_t)(words + 1) * 8);
    uint8_t *has = flags((int64_t)words * forms, 0, 2);
    int32_t *of_form = room((size_t)words * (size_t)forms * 4), *of_word = room((size_t)words * (size_t)forms * 4);
    int32_t *sizes = room((size_t)forms * 4);
    by_form[0] = by_word[0] = 0;
    for (int32_t form = 0; form < forms; form++) {
        int64_t at = by_form[form];
        for (int32_t word = 0; word < words; word++)
            if (has[word * forms + form])
                of_form[at++] = word;
        sizes[form] = (int32_t)(at - by_form[form]);
        by_form[form + 1] = at;
    }
    for (int32_t word = 0; word < words; word++) {
        int64_t at = by_word[word];
        for (int32_t form = 0; form < forms; form++)
            if (has[word * forms + form])
                of_word[at++] = form;
        by_word[word + 1] = at;
    }
    er_words of = {by_word, of_word, NULL, by_form, of_form, NULL, NULL, NULL, NULL, sizes, NULL, NULL, forms};
    of.omissions = ints(by_word[words], 0, 64);
    of.form_omissions = ints(by_form[forms], 0, 64);
    of.gains = ints(words, 1, 90);
    of.gains_in_part = ints(words, 1, 90);
    of.weak = flags(words, 0, 2);
    of.worth = ints(forms, 0, 200);
    of.omitted = ints(forms, 0, 200);
    int32_t *numbers = room((size_t)said * 4), size = 0;
    for (int32_t word = 0; word < words && size < said; word++)
        if (next(0, 2))
            numbers[size++] = word;
    er_said request = {NULL, numbers, NULL, NULL, said, size, 0, 0, 0, 0, 240, 3, 40, 80, 48};
    request.text = ints(said, -1, words);
    request.costs = ints(said, 0, 90);
    request.kinds = flags(said, 0, 4);
    request.content = next(0, 4);
    request.weak_alone = next(0, 2);
    request.left = next(0, 300);
    request.unknown = next(0, 90);
    int32_t *scores = room((size_t)forms * 4);
    uint8_t *phrase = room((size_t)forms), *part = room((size_t)forms);
    int64_t *others = room((size_t)forms * 8), *counts = room((size_t)forms * 16);
    int64_t left = ER(word_scores)(&of, &request, counts, scores, phrase, part, others);
    count(scores, (size_t)forms * 4);
    count(phrase, (size_t)forms);
    count(part, (size_t)forms);
    count(others, (size_t)left * 8);
}

/* Letters of made-up forms. */
static er_letters some_letters(int32_t forms)
{
    er_letters of = {starts(forms, 20), NULL, NULL, NULL, NULL, NULL, 12, 16, 63};
    of.context = ints(of.starts[forms], 0, 30);
    of.gains = bytes(30 * 64, -88, 89);
    of.lost = ints(forms, 0, 900);
    of.usual = ints(64 * 64, 0, 89);
    of.added = ints(64 * 64, 0, 89);
    return of;
}

static er_reading some_reading(int32_t forms)
{
    er_reading made = {.words = next(0, 5), .name = next(-1, forms)};
    int32_t *sizes = ints(made.words, 1, 7);
    for (int32_t i = 0; i < made.words; i++)
        made.letters += sizes[i];
    made.ngrams = ints(forms, 0, 60);
    made.scores = next(0, 2) ? ints(forms, -40, 40) : ints(forms, ER_NO_SCORE, ER_NO_SCORE + 1);
    made.phrase = flags(forms, 0, 2);
    made.part = flags(forms, 0, 2);
    made.codes = flags(made.letters, 0, 63);
    made.kinds = flags(made.words, 0, 4);
    made.sizes = sizes;
    return made;
}

static void check_ranking(void)
{
    int32_t forms = next(1, 40), text_count = next(1, 4), near = next(1, 50);
    er_letters letters = some_letters(forms);
    double *sizes = room((size_t)forms * 8);
    for (int32_t i = 0; i < forms; i++)
        sizes[i] = next(150, 160);
    er_evidence of = {.letters = &letters, .sizes = sizes, .form_count = forms, .heard = next(0, 3), .popularity = next(0, 3),
                      .pieces = 7, .alias = 8, .demand_cost = 3, .demand_most = 20};
    of.sound_forms = next(0, 2) * next(1, forms + 1);
    of.word_forms = next(0, 2) * next(1, forms + 1);
    of.entity = ints(forms, 0, 12);
    of.texts = ints(forms, 0, forms);
    of.demand = longs(forms, 0, 9);
    of.main = flags(forms, 0, 2);
    er_text texts[3];
    er_reading readings[6];
    int32_t first = 0, longest = 0;
    for (int32_t t = 0; t < text_count; t++) {
        er_text made = {ints(forms, -90, 90), next(0, 200), next(1, 9) / 8.0, first, next(1, 3), 0, 0};
        made.sure = made.count > 1 && next(0, 2);
        for (int32_t r = 0; r < made.count; r++, first++) {
            readings[first] = some_reading(forms);
            longest = readings[first].letters > longest ? readings[first].letters : longest;
        }
        texts[t] = made;
    }
    uint8_t *allowed = next(0, 2) ? flags(forms, 0, 2) : NULL;
    int64_t largest = near > forms ? near : forms, entities, *pool = room((size_t)forms * 8);
    int64_t size = ER(candidates)(&of, texts, text_count, readings, near, allowed,
                                  room((size_t)(24 * (forms + 2) + 8 * (largest + 1) + 2 * forms)), pool, &entities);
    count(pool, (size_t)size * 8);
    count(&entities, 8);
    double *parts = room((size_t)size * ER_PARTS * 8);
    ER(evidence)(&of, texts, text_count, readings, pool, size, room((size_t)(size + 1) * 128),
                 room((size_t)(longest + 1) * 16), parts);
    count(parts, (size_t)size * ER_PARTS * 8);
    int64_t *owners = longs(size, 0, 5), best_count = next(0, 20), *best = room((size_t)best_count * 16);
    double *rows = room((size_t)best_count * (1 + ER_PARTS) * 8);
    int64_t found = ER(rank)(parts, ER_PARTS, size, owners, pool, best_count, room((size_t)(size + 1) * 48), best, rows);
    count(best, (size_t)found * 8);
    count(best + best_count, (size_t)found * 8);
    count(rows, (size_t)found * (1 + ER_PARTS) * 8);
}

static void check_sounds(void)
{
    int32_t size = next(0, 40), rule_count = next(0, 12), alphabet = next(2, 7), wanted = next(0, 9);
    er_rule *rules = room((size_t)rule_count * sizeof(er_rule));
    int32_t *first = room(129 * 4);
    for (int32_t letter = 0, rule = 0; letter <= 128; letter++) { /* the rules are for a to d, as they come */
        first[letter] = rule;
        while (letter >= 'a' && letter < 'e' && rule < rule_count && (letter == 'd' || next(0, 3))) {
            er_rule made = {{(uint8_t)letter}, {0}, next(0, 2) ? 0 : (uint32_t)next(1, 16), next(1, 4), next(0, 3)};
            for (int32_t i = 1; i < made.size; i++)
                made.letters[i] = (uint8_t)next('a', 'e');
            for (int32_t i = 0; i < made.written; i++)
                made.code[i] = (uint8_t)next('a', 'c');
            rules[rule++] = made;
        }
    }
    uint32_t *points = room((size_t)size * 4), *codes = room((size_t)size * 4 * ER_CODES);
    for (int32_t i = 0; i < size; i++)
        points[i] = next(0, 5) ? (uint32_t)next('a', 'f') : (uint32_t)next(0, 2) * 0x30a2;
    count(codes, (size_t)ER(sound_codes)(rules, first, points, size, codes) * 4);
    uint8_t *letters = flags(size + 3, 0, alphabet);
    letters[size] = letters[size + 1] = letters[size + 2] = 0;
    int64_t kinds = alphabet * alphabet * alphabet;
    int32_t *starts = room((size_t)(kinds + 1) * 4), *seen = room((size_t)kinds * 4);
    int32_t *forms = room((size_t)(size + 1) * 8), *sums = room((size_t)(size + 1) * 4), *weights = ints(wanted, 0, 90);
    count(forms, (size_t)ER(ngrams)(letters, size + 1, alphabet, starts, seen, forms) * 4);
    count(starts, (size_t)(kinds + 1) * 4);
    uint32_t *whole = room((size_t)(size + 3) * 4), *ngrams = room((size_t)wanted * 12);
    int32_t form_count = 0;
    for (int32_t i = 0; i < size + 3; i++) {
        whole[i] = letters[i];
        form_count += i <= size && !letters[i];
    }
    for (int32_t i = 0; i < 3 * wanted; i++)
        ngrams[i] = (uint32_t)next(i % 3 < 2, alphabet);
    ER(shared_in)(whole, size + 1, ngrams, weights, wanted, sums);
    count(sums, (size_t)form_count * 4);
}

static er_matrix matrix(int32_t rows, int32_t columns)
{
    int64_t size = (int64_t)rows * columns;
    er_matrix made = {NULL, NULL, floats(columns, 0.1f), rows, columns};
    if (next(0, 2))
        made.values = bytes(size, -127, 128);
    if (made.values)
        made.scale = floats(columns, 0.004f);
    else
        made.values = floats(size, 0.5f);
    return made;
}

static void check_encoder(void)
{
    int32_t heads = next(1, 3), width = heads * next(1, 3) * 8, stride = (width + 15) / 16 * 16;
    int32_t inner = next(1, 4) * 16, vocabulary = next(1, 9), tokens = next(1, 14), dim = next(1, 3) * 16;
    float *ones = floats(stride, 0.0f);
    for (int32_t i = 0; i < width; i++)
        ones[i] = 1.0f;
    er_layer layers[2];
    for (int32_t i = 0; i < 2; i++) {
        er_layer made = {.norms = {ones, NULL, ones, NULL}};
        made.attention = matrix(width, 3 * stride);
        made.joined = matrix(width, stride);
        made.inner = matrix(width, inner);
        made.outer = matrix(inner, stride);
        made.norms[1] = made.norms[3] = floats(stride, 0.0f);
        layers[i] = made;
    }
    er_encoder e = {.layers = layers, .norms = {ones, ones}, .epsilon = 1e-5f, .scale = 0.3f, .token_width = width,
                    .width = width, .stride = stride, .inner = inner, .heads = heads, .layer_count = 2, .dim = dim};
    e.table = bytes((int64_t)vocabulary * width, -127, 128);
    e.table_scale = floats(vocabulary, 0.01f);
    e.positions = floats((int64_t)tokens * stride, 0.0f);
    e.output = matrix(width, dim);
    int32_t widest = 3 * stride + 1 > inner ? 3 * stride + 1 : inner;
    float *embedding = room((size_t)dim * 4), *work = room((size_t)tokens * (size_t)(2 * stride + widest) * 4);
    int8_t *vector = room((size_t)dim);
    int32_t *ids = ints(tokens, 0, vocabulary);
    ER(encode)(&e, ids, tokens, work, embedding, vector, 127.0f, 127.0f);
    count(embedding, (size_t)dim * 4);
    count(vector, (size_t)dim);
}

static void repeat(const char *name, void (*check)(void), int times)
{
    state = 20261128;
    sum = 14695981039346656037u;
    for (int i = 0; i < times; i++)
        check();
    printf("%s %016llx\n", name, (unsigned long long)sum);
}

int main(void)
{
    repeat("search", check_search, 200);
    repeat("align", check_align, 200);
    repeat("words", check_words, 200);
    repeat("ranking", check_ranking, 300);
    repeat("sounds", check_sounds, 300);
    repeat("encoder", check_encoder, 40);
    return 0;
}
