/* The forward pass of the encoder: token ids to a unit vector. Rows of activations are `stride` floats apart, a width
   padded to ER_PANEL; what is padded is 0 and stays 0. */
#include <math.h>
#include <stddef.h>

#include "edge_er.h"

/* Products of rows with a part of a panel. N rows at once use each weight that is read, and their sums stay in registers.
   The parts are vectors that gcc and clang compile for any processor, two at once where a panel has so many: left to
   itself, gcc keeps the sums in memory. */
#define MOST_ROWS 6
#define CHUNK 128 /* rows of weights that are brought to float32 at once */
#if defined(__AVX512F__)
#define LANES 16
#define TWICE(something)
#elif defined(__AVX2__)
#define LANES 8
#define TWICE(something) something
#else
#define LANES 4
#define TWICE(something) something
#endif
typedef float lanes __attribute__((vector_size(4 * LANES)));
typedef float stored __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

typedef void add_rows(const float *const *, const float *, int, float (*)[ER_PANEL]);

#define ROWS_1(EACH) EACH(0)
#define ROWS_2(EACH) ROWS_1(EACH) EACH(1)
#define ROWS_3(EACH) ROWS_2(EACH) EACH(2)
#define ROWS_4(EACH) ROWS_3(EACH) EACH(3)
#define ROWS_5(EACH) ROWS_4(EACH) EACH(4)
#define ROWS_6(EACH) ROWS_5(EACH) EACH(5)

#define POINT(n) const float *restrict x##n = x[n];
#define TAKE(n) lanes sum##n = *(const stored *)(sums[n] + part); TWICE(lanes more##n = *(const stored *)(sums[n] + part + LANES);)
#define ADD(n) sum##n += x##n[i] * weight; TWICE(more##n += x##n[i] * next;)
#define GIVE(n) *(stored *)(sums[n] + part) = sum##n; TWICE(*(stored *)(sums[n] + part + LANES) = more##n;)

#define ADD_ROWS(N)                                                                                        \
    static void add_##N(const float *const *x, const float *restrict w, int rows, float (*sums)[ER_PANEL]) \
    {                                                                                                      \
        ROWS_##N(POINT)                                                                                    \
        for (int part = 0; part < ER_PANEL; part += LANES TWICE(+ LANES)) {                                \
            ROWS_##N(TAKE)                                                                                 \
            for (int i = 0; i < rows; i++) {                                                               \
                const float *at = w + i * ER_PANEL + part;                                                 \
                lanes weight = *(const stored *)at;                                                        \
                TWICE(lanes next = *(const stored *)(at + LANES);)                                         \
                ROWS_##N(ADD)                                                                              \
            }                                                                                              \
            ROWS_##N(GIVE)                                                                                 \
        }                                                                                                  \
    }

ADD_ROWS(1)
ADD_ROWS(2)
ADD_ROWS(3)
ADD_ROWS(4)
ADD_ROWS(5)
ADD_ROWS(6)
static add_rows *const ADD_BY_ROWS[] = {add_1, add_2, add_3, add_4, add_5, add_6};

/* Weights of a panel in float32, int8 without their scales. */
static const float *as_floats(const er_matrix *m, size_t first, int rows, float *restrict buffer)
{
    if (!m->scale)
        return (const float *)m->values + first;
    const int8_t *restrict steps = (const int8_t *)m->values + first;
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < ER_PANEL; j++)
            buffer[i * ER_PANEL + j] = (float)steps[i * ER_PANEL + j];
    return buffer;
}

static const float ONES[ER_PANEL] = {1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f,
                                     1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f};
static const float NOTHING[ER_PANEL] = {0.0f};

static void finish(const float *restrict sums, const float *restrict scale, const float *restrict bias, float *restrict to)
{
    for (int j = 0; j < ER_PANEL; j++)
        to[j] = sums[j] * scale[j] + bias[j];
}

#define MOST_PASSES 4

/* `x` [tokens, rows] times a panel of a matrix, plus its bias, for tokens of MOST_PASSES passes at most. The weights are
   brought to float32 once for all of them. */
static void multiply_panel(const float *x, ptrdiff_t apart, int tokens, const er_matrix *m, int column, float *out,
                           ptrdiff_t out_apart)
{
    float sums[MOST_PASSES][MOST_ROWS][ER_PANEL], buffer[CHUNK * ER_PANEL];
    int passes = (tokens + MOST_ROWS - 1) / MOST_ROWS;
    for (int pass = 0; pass < passes; pass++)
        for (int t = 0; t < MOST_ROWS; t++)
            for (int j = 0; j < ER_PANEL; j++)
                sums[pass][t][j] = 0.0f;
    for (int start = 0; start < m->rows; start += CHUNK) {
        int rows = m->rows - start < CHUNK ? m->rows - start : CHUNK;
        const float *w = as_floats(m, (size_t)column * (size_t)m->rows + (size_t)start * ER_PANEL, rows, buffer);
        for (int pass = 0; pass < passes; pass++) {
            int first = tokens * pass / passes, count = tokens * (pass + 1) / passes - first;
            const float *at[MOST_ROWS];
            for (int t = 0; t < count; t++)
                at[t] = x + (first + t) * apart + start;
            ADD_BY_ROWS[count - 1](at, w, rows, sums[pass]);
        }
    }
    const float *scale = m->scale ? m->scale + column : ONES, *bias = m->bias ? m->bias + column : NOTHING;
    for (int pass = 0; pass < passes; pass++) {
        int first = tokens * pass / passes, count = tokens * (pass + 1) / passes - first;
        for (int t = 0; t < count; t++)
            finish(sums[pass][t], scale, bias, out + (first + t) * out_apart + column);
    }
}

/* `x` [tokens, rows] times a matrix, plus its bias: [tokens, columns]. */
static void multiply(const float *x, ptrdiff_t apart, int tokens, const er_matrix *m, float *out,
                     ptrdiff_t out_apart)
{
    for (int first = 0; first < tokens; first += MOST_PASSES * MOST_ROWS) {
        int count = tokens - first < MOST_PASSES * MOST_ROWS ? tokens - first : MOST_PASSES * MOST_ROWS;
        for (int column = 0; column < m->columns; column += ER_PANEL)
            multiply_panel(x + first * apart, apart, count, m, column, out + first * out_apart, out_apart);
    }
}

#define SUMS 8

/* The sum of products, in eight sums that are added up in one order. */
static float dot(const float *restrict one, const float *restrict other, int size)
{
    float sum[SUMS] = {0};
    int i = 0;
    for (; i + SUMS <= size; i += SUMS)
        for (int j = 0; j < SUMS; j++)
            sum[j] += one[i + j] * other[i + j];
    for (int j = 0; i + j < size; j++)
        sum[j] += one[i + j] * other[i + j];
    return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

static float total(const float *restrict values, int stride)
{
    float sum[SUMS] = {0};
    for (int i = 0; i < stride; i += SUMS)
        for (int j = 0; j < SUMS; j++)
            sum[j] += values[i + j];
    return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

/* Each row to mean 0 and variance 1, times a weight, plus a bias; in place. Weight and bias are padded with 0. */
static void normalise(float *x, int tokens, const er_encoder *e, const float *weight, const float *bias)
{
    for (int t = 0; t < tokens; t++) {
        float *row = x + (ptrdiff_t)t * e->stride;
        float mean = total(row, e->stride) / (float)e->width;
        for (int i = 0; i < e->width; i++)
            row[i] -= mean;
        float variance = dot(row, row, e->stride) / (float)e->width;
        float factor = 1.0f / sqrtf(variance + e->epsilon);
        for (int i = 0; i < e->stride; i++)
            row[i] = row[i] * factor * weight[i] + bias[i];
    }
}

/* The error function by a quotient of polynomials, right to 3e-7; after the one of the library Eigen. */
static float erf_of(float x)
{
    x = x > 4.0f ? 4.0f : x < -4.0f ? -4.0f : x;
    float y = x * x;
    float up = -2.72614225801306e-10f;
    up = up * y + 2.77068142495902e-08f;
    up = up * y + -2.10102402082508e-06f;
    up = up * y + -5.69250639462346e-05f;
    up = up * y + -7.34990630326855e-04f;
    up = up * y + -2.95459980854025e-03f;
    up = up * y + -1.60960333262415e-02f;
    float down = -1.45660718464996e-05f;
    down = down * y + -2.13374055278905e-04f;
    down = down * y + -1.68282697438203e-03f;
    down = down * y + -7.37332916720468e-03f;
    down = down * y + -1.42647390514189e-02f;
    return x * up / down;
}

/* x (1 + erf(x / sqrt 2)) / 2, in place. */
static void gelu(float *restrict x, ptrdiff_t size)
{
    for (ptrdiff_t i = 0; i < size; i++)
        x[i] = x[i] * (1.0f + erf_of(x[i] * 0.70710678118654752f)) * 0.5f;
}

/* The exponential of a number from -87 to 0: a power of two times a polynomial. */
static float exponential(float x)
{
    union {
        float value;
        int32_t bits;
    } power;
    x = x > -87.0f ? x : -87.0f; /* also of what is no number */
    x = x < 0.0f ? x : 0.0f;
    float steps = (x * 1.44269504f + 12582912.0f) - 12582912.0f; /* rounded to a whole number */
    float rest = (x - steps * 0.693359375f) - steps * -2.12194440e-4f;
    float y = 1.9875691500e-4f;
    y = y * rest + 1.3981999507e-3f;
    y = y * rest + 8.3334519073e-3f;
    y = y * rest + 4.1665795894e-2f;
    y = y * rest + 1.6666665459e-1f;
    y = y * rest + 5.0000001201e-1f;
    y = y * (rest * rest) + rest + 1.0f;
    power.bits = ((int32_t)steps + 127) * (1 << 23);
    return y * power.value;
}

/* Attention of all heads: `parts` [tokens, 3 * stride] holds queries, keys and values; `shares` [tokens] is for use. */
static void attend(const float *parts, int tokens, const er_encoder *e, float *shares, float *seen)
{
    int size = e->width / e->heads, apart = 3 * e->stride;
    for (ptrdiff_t i = 0; i < (ptrdiff_t)tokens * e->stride; i++)
        seen[i] = 0.0f;
    for (int head = 0; head < e->heads; head++) {
        for (int t = 0; t < tokens; t++) {
            const float *query = parts + (ptrdiff_t)t * apart + head * size, *key = parts + e->stride + head * size;
            float most = -INFINITY, sum = 0.0f, *to = seen + (ptrdiff_t)t * e->stride + head * size;
            for (int other = 0; other < tokens; other++) {
                shares[other] = e->scale * dot(query, key + (ptrdiff_t)other * apart, size);
                most = shares[other] > most ? shares[other] : most;
            }
            for (int other = 0; other < tokens; other++) {
                shares[other] = exponential(shares[other] - most);
                sum += shares[other];
            }
            for (int other = 0; other < tokens; other++) {
                const float *value = parts + (ptrdiff_t)other * apart + 2 * e->stride + head * size;
                float share = shares[other] / sum;
                for (int i = 0; i < size; i++)
                    to[i] += share * value[i];
            }
        }
    }
}

static void add(float *restrict x, const float *restrict other, ptrdiff_t size)
{
    for (ptrdiff_t i = 0; i < size; i++)
        x[i] += other[i];
}

/* Rows of the table for the tokens, `rows` [tokens, padded token width]. */
static void look_up(const er_encoder *e, const int32_t *ids, int tokens, float *rows, int stride)
{
    for (int t = 0; t < tokens; t++) {
        size_t from = (size_t)ids[t] * (size_t)e->token_width;
        for (int i = 0; i < stride; i++) {
            float value = 0.0f;
            if (i < e->token_width)
                value = e->table_scale ? (float)((const int8_t *)e->table)[from + i] * e->table_scale[ids[t]]
                                       : ((const float *)e->table)[from + i];
            rows[(ptrdiff_t)t * stride + i] = value;
        }
    }
}

static void apply_layer(const er_encoder *e, const er_layer *layer, int tokens, float *x, float *other, float *large)
{
    ptrdiff_t stride = e->stride, size = tokens * stride;
    float *shares = large + tokens * 3 * stride;
    multiply(x, stride, tokens, &layer->attention, large, 3 * stride);
    attend(large, tokens, e, shares, other);
    multiply(other, stride, tokens, &layer->joined, large, stride);
    add(x, large, size);
    normalise(x, tokens, e, layer->norms[0], layer->norms[1]);
    multiply(x, stride, tokens, &layer->inner, large, e->inner);
    gelu(large, (ptrdiff_t)tokens * e->inner);
    multiply(large, e->inner, tokens, &layer->outer, other, stride);
    add(x, other, size);
    normalise(x, tokens, e, layer->norms[2], layer->norms[3]);
}

/* The unit vector of one text: `embedding` [dim], and `vector` int8 [dim], the same times `scale`, rounded half to even
   and clipped to `clip`; `work` has room for tokens * (2 * stride + max(3 * stride + 1, inner, padded token width)). */
ER_EXPORT void ER(encode)(const er_encoder *e, const int32_t *ids, int32_t tokens, float *work, float *embedding,
                          int8_t *vector, float scale, float clip)
{
    ptrdiff_t stride = e->stride, size = tokens * stride;
    float *x = work, *other = work + size, *large = other + size;
    if (e->projection.values) {
        int wide = (e->token_width + ER_PANEL - 1) / ER_PANEL * ER_PANEL;
        look_up(e, ids, tokens, large, wide);
        multiply(large, wide, tokens, &e->projection, x, stride);
    } else {
        look_up(e, ids, tokens, x, e->stride);
    }
    add(x, e->positions, size);
    normalise(x, tokens, e, e->norms[0], e->norms[1]);
    for (int layer = 0; layer < e->layer_count; layer++)
        apply_layer(e, e->layers + layer, tokens, x, other, large);
    for (int t = 1; t < tokens; t++)
        add(x, x + t * stride, stride);
    for (int i = 0; i < stride; i++)
        x[i] /= (float)tokens;
    const float *mean = x;
    if (e->output.values) {
        multiply(x, stride, 1, &e->output, large, e->output.columns);
        mean = large;
    }
    float length = sqrtf(dot(mean, mean, e->dim));
    length = length > 1e-12f ? length : 1e-12f;
    for (int i = 0; i < e->dim; i++) {
        embedding[i] = mean[i] / length;
        float step = embedding[i] * scale;
        step = step > -clip ? step : -clip;
        step = step < clip ? step : clip;
        vector[i] = (int8_t)((step + 12582912.0f) - 12582912.0f);
    }
}
