/*
 * Four doubles at a time. Functions here are inlined into both the plain and the AVX2 version of a
 * caller, in debug builds too: vectors must not cross a call between the two. A file that uses this
 * is compiled with -Wno-psabi.
 */
#ifndef MODELS_LANES_H
#define MODELS_LANES_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALWAYS_INLINE inline __attribute__((always_inline))

enum { LANES = 4 };

/* Without AVX the compiler makes two halves of it. */
typedef double lanes __attribute__((vector_size(32)));
typedef int64_t lanes_mask __attribute__((vector_size(32)));

#if defined(__x86_64__)
#define LANES_AVX2 __attribute__((target("avx2,fma")))
static inline int lanes_have_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

static ALWAYS_INLINE lanes lanes_load(const double *from)
{
    lanes value;
    memcpy(&value, from, sizeof(value));
    return value;
}

static ALWAYS_INLINE void lanes_store(double *to, lanes value)
{
    memcpy(to, &value, sizeof(value));
}

static ALWAYS_INLINE lanes lanes_all(double value)
{
    return (lanes){value, value, value, value};
}

static ALWAYS_INLINE double lanes_sum(lanes value)
{
    return (value[0] + value[1]) + (value[2] + value[3]);
}

/* Of each lane, a where the mask is set, else b. */
static ALWAYS_INLINE lanes lanes_pick(lanes_mask mask, lanes a, lanes b)
{
    return (lanes)(((lanes_mask)a & mask) | ((lanes_mask)b & ~mask));
}

static ALWAYS_INLINE lanes lanes_min(lanes a, lanes b)
{
    return lanes_pick(a < b, a, b);
}

static ALWAYS_INLINE lanes lanes_max(lanes a, lanes b)
{
    return lanes_pick(a > b, a, b);
}

static ALWAYS_INLINE lanes lanes_abs(lanes a)
{
    return (lanes)((lanes_mask)a & INT64_MAX);
}

/* e^x to 14 digits: 2^n e^r, r within half of log 2, its series to the 11th power. Beyond +-700 as
 * at +-700. */
static ALWAYS_INLINE lanes lanes_exp(lanes x)
{
    const double shift = 6755399441055744.0; /* 1.5 x 2^52: adding it rounds to a whole number */
    x = lanes_max(lanes_min(x, lanes_all(700)), lanes_all(-700));
    lanes shifted = x * 1.4426950408889634 + shift;
    lanes n = shifted - shift;
    lanes r = x - n * 0.693145751953125 - n * 1.4286068203094173e-06;
    static const double inverse[] = {
        1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720,
        1.0 / 120,      1.0 / 24,      1.0 / 6,      0.5,         1,          1};
    lanes y = lanes_all(inverse[0]);
    for (size_t i = 1; i < sizeof(inverse) / sizeof(inverse[0]); i++)
        y = y * r + inverse[i];
    lanes_mask power = ((lanes_mask)shifted << 52) + (INT64_C(1023) << 52);
    return y * (lanes)power;
}

#endif
