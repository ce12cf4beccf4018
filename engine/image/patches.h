/* patches: for every patch at the hole a similar patch of the known picture, at one scale, by
 * randomised search with propagation (Barnes et al.: PatchMatch, 2009), and the picture that these
 * patches vote for (Wexler et al.: Space-time completion of video, 2007).
 *
 * Threads work on tiles of the picture, which see each other's field as it was when the pass began:
 * so the result is the same for any number of threads. */
#pragma once
#include "image/smooth.h"

enum { PATCH_RADIUS = 3, PATCH_SIDE = 2 * PATCH_RADIUS + 1 };

/* All arrays are [height][width] and owned by the scale. */
typedef struct {
  int width, height;
  guint32 level;      /* its place in the random numbers */
  float guide_weight; /* of differences between low frequencies */
  Colour *now;        /* known pixels, and the present estimate of the hole */
  Colour *wanted;     /* low frequencies of the filling; the fourth number: its energy, scaled */
  Colour *given;      /* low frequencies of the known pixels; their energy */
  guint8 *hole;
  guint8 *label;    /* 255 = free */
  guint8 *kind;     /* what a patch centred here is: PATCH_SOURCE, PATCH_TARGET or neither */
  guint32 *field;   /* index of the source of a target */
  guint32 *before;  /* the field when the pass began */
  float *cost;      /* distance of a target from its source */
  float *strange;   /* the part of it that the low frequencies have, mean square per pixel */
  guint32 *sources; /* the indices of all sources */
  size_t n_sources;
  guint32 *tiles; /* the numbers of the tiles where something is to be done, in raster order */
  size_t n_tiles;
} Scale;

enum {
  PATCH_SOURCE = 1, /* wholly known */
  PATCH_TARGET = 2, /* touches the hole */
};

/* Allocates the arrays. MEMORY error; scale_clear is needed either way. */
gboolean scale_init (Scale *scale, int width, int height, GError **error);
void scale_clear (Scale *scale);

/* Sorts the places into sources and targets, by the hole. */
void scale_sort (Scale *scale);

/* First field: that of the next coarser scale, or random where this is NULL. There are sources. */
gboolean scale_start (Job *job, Scale *scale, const Scale *coarse, guint64 seed, GError **error);

/* Improves the field. trust: weight of the present estimate in the hole, that of known pixels is 1.
 * round: its place in the random numbers. */
gboolean scale_search (Job *job, Scale *scale, float trust, int passes, guint32 round, guint64 seed,
                       GError **error);

/* Estimates the hole anew: the mean of what the patches over a pixel say, weighted by their costs
 * and by a Gaussian of sigma pixels around their centres. */
gboolean scale_vote (Job *job, Scale *scale, double sigma, GError **error);

/* What the patches say about the known pixels at the rim is not quite what is there: picture - votes
 * for each known 4-neighbour of the hole, [height][width][3]; other places are left alone. */
gboolean scale_rim (Job *job, Scale *scale, double sigma, float *difference, GError **error);
