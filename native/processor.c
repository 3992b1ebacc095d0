/* Which variants of the kernels this processor runs, the fastest first. */
#include "edge_er.h"

#if defined(__x86_64__) && defined(ER_HAS_LEVELS)
#include <cpuid.h>

#define ALL(value, bits) (((value) & (bits)) == (bits))

/* Whether processor and system have what x86-64-v3 asks for, and x86-64-v4: 3, 4, or 0 for less. */
static int level(void)
{
    unsigned a, b, c, d, kept, high, wide;
    unsigned first = bit_FMA | bit_MOVBE | bit_OSXSAVE | bit_AVX | bit_F16C | bit_SSE4_2 | bit_POPCNT;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !ALL(c, first))
        return 0;
    __asm__("xgetbv" : "=a"(kept), "=d"(high) : "c"(0)); /* registers that the system keeps */
    if (!ALL(kept, 0x6u) || !__get_cpuid_count(7, 0, &a, &wide, &c, &d) || !ALL(wide, bit_AVX2 | bit_BMI | bit_BMI2))
        return 0;
    if (!__get_cpuid(0x80000001u, &a, &b, &c, &d) || !ALL(c, 1u << 5)) /* LZCNT */
        return 0;
    unsigned fourth = bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ | bit_AVX512VL;
    return ALL(kept, 0xe6u) && ALL(wide, fourth) ? 4 : 3;
}
#else
static int level(void) { return 0; }
#endif

/* Names of the variants, with spaces between them. */
ER_EXPORT const char *er_variants(void)
{
    int found = level();
    return found == 4 ? "v4 v3 base" : found == 3 ? "v3 base" : "base";
}

ER_EXPORT int er_abi(void) { return ER_ABI; }
