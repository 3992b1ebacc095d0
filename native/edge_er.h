/* The kernels of edge_er: the loops of a request that take its time.

   They parse nothing, allocate nothing and check nothing: whoever calls them has checked shapes and numbers. Each is
   compiled for several processors (ER_VARIANT), and every variant of every compiler gives the same bits: sums of floats
   have one order, and nothing is contracted to a fused product (-ffp-contract=off). */
#ifndef EDGE_ER_H
#define EDGE_ER_H

#include <stdint.h>

#define ER_ABI 4     /* changes with any struct or function here */
#define ER_PANEL 16  /* columns of a matrix that lie together; widths are padded to it with zeros */
#define ER_NO_SCORE (-(1 << 30))
#define ER_PLACES(forms, count) ((forms) < 4 * (count) + 64 ? (forms) : 4 * (count) + 64)
#define ER_BEST_ROOM(forms, count) (24 * ER_PLACES(forms, count) + (forms)) /* bytes to find so many of the best forms */

#define ER_JOIN_(name, variant) er_##name##_##variant
#define ER_JOIN(name, variant) ER_JOIN_(name, variant)
#define ER(name) ER_JOIN(name, ER_VARIANT)

#ifdef _WIN32
#define ER_EXPORT __declspec(dllexport)
#else
#define ER_EXPORT __attribute__((visibility("default")))
#endif

/* A weight [rows, columns] in panels [columns / 16, rows, 16]: int8 with a scale for each column, or float32 where
   `scale` is null. `values` is null for a weight that is not there, `bias` where there is none. */
typedef struct {
    const void *values;
    const float *scale;
    const float *bias;
    int32_t rows, columns;
} er_matrix;

typedef struct {
    er_matrix attention; /* query, key and value side by side, each padded */
    er_matrix joined, inner, outer;
    const float *norms[4]; /* weight and bias after the attention, and after the feed-forward part */
} er_layer;

typedef struct {
    const void *table;        /* [vocabulary, token_width]: int8 with a scale for each row, or float32 */
    const float *table_scale; /* null for float32 */
    er_matrix projection;     /* of table rows to the width */
    const float *positions;   /* [tokens, stride] */
    const float *norms[2];
    const er_layer *layers;
    er_matrix output;
    float epsilon, scale; /* of the norms; of attention scores */
    int32_t token_width, width, stride, inner, heads, layer_count, dim;
} er_encoder;

/* What the misrecognition alignment knows of a set of forms, and the costs of the language. */
typedef struct {
    const int64_t *starts;    /* [forms + 1] of each form's letters */
    const int32_t *context;   /* [letters], the row of each in `gains` */
    const int8_t *gains;      /* [contexts, 64]: cost of losing the letter less that of hearing it as each code */
    const int32_t *lost;      /* [forms], what losing all letters costs */
    const int32_t *usual, *added; /* [64, 64] */
    int32_t left, border, edge;
} er_letters;

/* The words of a set of forms, by word and by form. */
typedef struct {
    const int64_t *starts;    /* [words + 1], postings of each word */
    const int32_t *forms;     /* [postings], the forms that have it, ascending */
    const int32_t *omissions; /* [postings], what omitting it there costs */
    const int64_t *form_starts;             /* [forms + 1], words of each form */
    const int32_t *form_words;              /* [postings], in their order, each once */
    const int32_t *form_omissions;          /* [postings], what omitting it costs */
    const int32_t *gains, *gains_in_part;   /* [words] */
    const uint8_t *weak;                    /* [words] */
    const int32_t *sizes, *worth, *omitted; /* [forms], words, their gains, their omissions */
    int64_t form_count;
} er_words;

/* What a request says of them (edge_er/text/word_request.py), and the limits of edge_er/data/constants.json. */
typedef struct {
    const int32_t *text;    /* [text_size], the words of the request; -1 for one that no form has */
    const int32_t *numbers; /* [count], words that forms have, and those within them */
    const int32_t *costs;   /* [count], what each explains of what the request's words cost */
    const uint8_t *kinds;   /* [count], 1 for a word that a form must hold, plus 2 for a rare one of the name, 4 for a filler */
    int32_t text_size, count;
    int32_t content, weak_alone; /* how many words a form must hold; whether the name has none but weak ones */
    int32_t left, unknown;       /* what the request's words cost, and those of them that no form has */
    int32_t sentence, weak_forms, rare_left, rare_gain, omitted_most;
} er_said;

/* A set of forms as evidence sees it, and the weights of a bundle (edge_er/ranking/weights.py). */
typedef struct {
    const er_letters *letters; /* null where the misrecognition score has no weight */
    const double *sizes;       /* [forms], what the weights of shared n-grams are divided by */
    const int32_t *entity;     /* [forms] */
    const int32_t *texts;      /* [forms], a number for each, the same for forms of one text */
    const int64_t *demand;     /* [forms], of the entity of each */
    const uint8_t *main;       /* [forms], 1 for the main name of an entity */
    int64_t form_count, sound_forms, word_forms; /* and how many candidates n-grams and words bring */
    int64_t heard, popularity, pieces;           /* weights */
    int64_t alias, demand_cost, demand_most;     /* of edge_er/data/constants.json */
} er_evidence;

/* What one reading of a text says of all forms, and the reading itself as `align` takes it. */
typedef struct {
    const int32_t *ngrams; /* [forms]; null where n-grams have no weight */
    const int32_t *scores; /* [forms], and the next two, as word_scores gives them; null where words have no weight */
    const uint8_t *phrase, *part;
    const uint8_t *codes, *kinds;
    const int32_t *sizes;
    int32_t letters, words;
    int32_t name, unused; /* the number of the form that is its very name, -1 for none */
} er_reading;

/* One text of an utterance: its readings, from `first`, the first as it stands. */
typedef struct {
    const int32_t *dots; /* [forms] */
    int64_t same;        /* the dot product of its vector with itself */
    double share;
    int32_t first, count, sure, unused;
} er_text;

#define ER_PARTS 5

/* What letters sound like: `code` is written for them, where one of the letters of `following` comes next. */
#define ER_CODES 4
typedef struct {
    uint8_t letters[4], code[ER_CODES];
    uint32_t following; /* a bit for each letter from a to z; 0 for anything */
    int32_t size, written; /* of `letters` and of `code` */
} er_rule;

#endif
