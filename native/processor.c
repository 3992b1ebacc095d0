/* Which variants of the kernels this processor runs, the fastest first. */
#include "edge_er.h"

#if defined(__x86_64__) && defined(ER_HAS_V3)
#include <cpuid.h>

#define ALL(value, bits) (((value) & (bits)) == (bits))

/* Whether processor and system have what x86-64-v3 asks for. */
static int has_v3(void)
{
    unsigned a, b, c, d, low, high;
    unsigned first = bit_FMA | bit_MOVBE | bit_OSXSAVE | bit_AVX | bit_F16C | bit_SSE4_2 | bit_POPCNT;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !ALL(c, first))
        return 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if (!ALL(low, 6u)) /* the system keeps the wide registers */
        return 0;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !ALL(b, bit_AVX2 | bit_BMI | bit_BMI2))
        return 0;
    return __get_cpuid(0x80000001u, &a, &b, &c, &d) && ALL(c, 1u << 5); /* LZCNT */
}
#else
static int has_v3(void) { return 0; }
#endif

/* Names of the variants, with spaces between them. */
ER_EXPORT const char *er_variants(void) { return has_v3() ? "v3 base" : "base"; }

ER_EXPORT int er_abi(void) { return ER_ABI; }
