/* The kernels as JavaScript calls them: one module of WebAssembly with SIMD, without a library of C.

   Addresses and counts have 32 bits here, so that no call needs a BigInt. `python native/wasm.py` compiles it; memory is
   laid out by web_demo/edge-er/kernels. */
#include "edge_er.h"

#define EXPORT(name) __attribute__((export_name(#name)))

void ER(encode)(const er_encoder *, const int32_t *, int32_t, float *, float *, int8_t *, float, float);
void ER(scan)(const int16_t *, const int8_t *, int64_t, int32_t, int32_t *);
void ER(shared)(const int64_t *, const int32_t *, const int32_t *, const int32_t *, int32_t, int32_t *, int64_t);
int64_t ER(best_whole)(const int32_t *, const uint8_t *, int64_t, int64_t, int32_t, void *, int64_t *);
int64_t ER(best_quotient)(const int32_t *, const double *, const uint8_t *, int64_t, int64_t, void *, int64_t *);
void ER(align)(const er_letters *, const int64_t *, int64_t, const uint8_t *, int32_t, const int32_t *, const uint8_t *,
               int32_t, int32_t *, int64_t *);

EXPORT(abi) int32_t abi(void) { return ER_ABI; }

EXPORT(encode) void encode(const er_encoder *of, const int32_t *ids, int32_t tokens, float *work, float *embedding,
                           int8_t *vector, float scale, float clip)
{
    ER(encode)(of, ids, tokens, work, embedding, vector, scale, clip);
}

EXPORT(scan) void scan(const int16_t *query, const int8_t *vectors, int32_t forms, int32_t dim, int32_t *dots)
{
    ER(scan)(query, vectors, forms, dim, dots);
}

EXPORT(shared) void shared(const int64_t *starts, const int32_t *forms_of, const int32_t *weights, const int32_t *ids,
                           int32_t count, int32_t *sums, int32_t forms)
{
    ER(shared)(starts, forms_of, weights, ids, count, sums, forms);
}

EXPORT(best_whole) int32_t best_whole(const int32_t *scores, int32_t forms, int32_t count, void *work, int64_t *best)
{
    return (int32_t)ER(best_whole)(scores, 0, forms, count, INT32_MIN, work, best);
}

EXPORT(best_quotient) int32_t best_quotient(const int32_t *sums, const double *sizes, int32_t forms, int32_t count,
                                            void *work, int64_t *best)
{
    return (int32_t)ER(best_quotient)(sums, sizes, 0, forms, count, work, best);
}

EXPORT(align) void align(const er_letters *of, const int64_t *chosen, int32_t count, const uint8_t *codes,
                         int32_t letters, const int32_t *sizes, const uint8_t *kinds, int32_t words, int32_t *work,
                         int64_t *scores)
{
    ER(align)(of, chosen, count, codes, letters, sizes, kinds, words, work, scores);
}
