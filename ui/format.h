/* format: numbers as people read them, translated. All texts are the caller's (g_free). */
#pragma once
#include "tessera.h"

/* Opacity of what is said by the way. A theme's own "dim-label" is too faint to be read by all. */
#define FORMAT_ASIDE 0.8

/* "8 s", "35 s" (steps of 5 from 10 s), "4 min", "more than an hour". */
char *format_time (double seconds);

/* "310 MB", "1.4 GB" (decimal separator of the locale). */
char *format_memory (gsize bytes);

/* "640 × 410 pixels in 2 places"; n_places 1: without the last part. */
char *format_extent (int width, int height, int n_places);
