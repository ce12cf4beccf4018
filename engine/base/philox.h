/* philox: random numbers that are a function of their place. Philox4x32-10 (Salmon, Moraes, Dror,
 * Shaw: Parallel random numbers, as easy as 1, 2, 3; 2011): no state, so the order in which cells
 * are sampled, the threads and the batch cannot change a draw. */
#pragma once
#include <glib.h>

/* The block cipher itself: ten rounds. */
void philox4x32 (const guint32 counter[4], const guint32 key[2], guint32 out[4]);

/* The draw of one cell: uniform in [0, 1), a multiple of 2^-53. Key: low and high half of the seed;
 * counter: the other four in this order; the number: the first two words, the second one on top. */
double philox_uniform (guint64 seed, guint32 variation, guint32 level, guint32 row, guint32 col);
