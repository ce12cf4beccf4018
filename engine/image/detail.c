#include "image/detail.h"
#include "base/buffer.h"
#include "image/energy.h"
#include "image/patches.h"
#include "image/underpaint.h"
#include <math.h>
#include <string.h>

enum {
  N_SCALES = 3,
  MIN_SIDE = 4 * PATCH_SIDE, /* pixels, of a coarser scale */
  N_PASSES = 5,
};

/* How much the filling has to say. Tuned on the validation photographs: there less of it gives the
 * coarser levels a smaller LPIPS and shores that go on, and hardly any gives a larger one. */
typedef struct {
  double sigma; /* pixels, of its low frequencies: at 6 a cell of noise does not come through */
  float weight; /* of their differences in the choice of patches */
  float kept;   /* share of them that stays deep in the hole */
  float energy; /* its square weighs a difference of energies */
} Guidance;

static const Guidance GUIDANCE[] = {
  [DETAIL_TEXTURE] = { 6, 1, 0.4f, 2.2f },
  [DETAIL_FORMS] = { 3, 0.3f, 0, 1.7f },
};

static const double VOTE_SIGMA = 2;        /* pixels, while the estimate settles */
static const double LAST_VOTE_SIGMA = 0.6; /* pixels: a mean of few, to stay sharp */
static const float FIRST_TRUST = 0.05f;    /* the filling has no texture to go by yet */
static const float KNOWN_WEIGHT = 3.0f; /* at the rim the photograph says which colour is meant */
static const float STRANGE = 0.03f;     /* mean square per pixel at which half is borrowed */

/* The mean of the 2 x 2 pixels, of those that exist at an odd side's end. */
static Colour
mean4 (const Colour *fine, int width, int height, int x, int y)
{
  const int x1 = MIN (2 * x + 1, width - 1), y1 = MIN (2 * y + 1, height - 1);
  const Colour *top = fine + (size_t) 2 * y * width, *bottom = fine + (size_t) y1 * width;

  return 0.25f * ((top[2 * x] + top[x1]) + (bottom[2 * x] + bottom[x1]));
}

static void
halve_scale (const Scale *fine, Scale *coarse)
{
  for (int y = 0; y < coarse->height; y++)
    for (int x = 0; x < coarse->width; x++)
      {
        const size_t at = (size_t) y * coarse->width + x;

        coarse->label[at] = fine->label[(size_t) 2 * y * fine->width + 2 * x];
        coarse->now[at] = mean4 (fine->now, fine->width, fine->height, x, y);
        coarse->wanted[at] = mean4 (fine->wanted, fine->width, fine->height, x, y);
        coarse->given[at] = mean4 (fine->given, fine->width, fine->height, x, y);
        for (int v = 2 * y; v <= MIN (2 * y + 1, fine->height - 1); v++)
          for (int u = 2 * x; u <= MIN (2 * x + 1, fine->width - 1); u++)
            coarse->hole[at] |= fine->hole[(size_t) v * fine->width + u];
      }
}

/* Patches are chosen that are as lively as they should be: by their colours alone smooth ones would
 * win, since they are never far from anything. */
static gboolean
demand_energy (Job *job, Scale *scale, float weight, GError **error)
{
  const size_t n = (size_t) scale->width * scale->height;
  buffer_auto Colour *energy = buffer_new (n, sizeof (Colour), "borrowing texture", error);

  if (!energy
      || !texture_energy (job, scale->now, scale->given, scale->wanted, scale->hole, scale->width,
                          scale->height, energy, error))
    return FALSE;
  for (size_t i = 0; i < n; i++)
    scale->wanted[i][3] = scale->given[i][3] = weight * energy[i][0];
  return TRUE;
}

/* The full scale, from the arguments of borrow_detail. */
static gboolean
load_scale (Job *job, Scale *scale, const Guidance *guidance, const float *filling,
            const float *picture, const guint8 *hole, const guint8 *labels, GError **error)
{
  const int width = scale->width, height = scale->height;

  for (size_t i = 0; i < (size_t) width * height; i++)
    {
      const float *from = 3 * i + (hole[i] ? filling : picture);

      scale->hole[i] = hole[i] != 0;
      scale->label[i] = labels ? labels[i] : G_MAXUINT8;
      scale->now[i] = (Colour){ from[0], from[1], from[2], 0 };
      scale->given[i] = hole[i] ? (Colour){ 0 } : (Colour){ from[0], from[1], from[2], 1 };
      scale->wanted[i] =
          hole[i] ? (Colour){ from[0], from[1], from[2], 1 } : KNOWN_WEIGHT * scale->given[i];
    }
  return smooth_colours (job, scale->wanted, width, height, guidance->sigma, error)
         && smooth_colours (job, scale->given, width, height, guidance->sigma, error)
         && demand_energy (job, scale, guidance->energy, error);
}

static gboolean
synthesise (Job *job, Scale *scales, int count, guint64 seed, GError **error)
{
  for (int i = count - 1; i >= 0; i--)
    {
      const gboolean first = i == count - 1;
      const int rounds = i ? 2 : 1; /* more only makes it smoother */

      if (!scale_start (job, &scales[i], first ? NULL : &scales[i + 1], seed, error)
          || (!first && !scale_vote (job, &scales[i], VOTE_SIGMA, error)))
        return FALSE;
      for (int round = 0; round < rounds; round++)
        {
          const gboolean last = i == 0 && round == rounds - 1;

          if (!scale_search (job, &scales[i], first && round == 0 ? FIRST_TRUST : 1, N_PASSES,
                             (guint32) round, seed, error)
              || !scale_vote (job, &scales[i], last ? LAST_VOTE_SIGMA : VOTE_SIGMA, error))
            return FALSE;
        }
    }
  return TRUE;
}

/* How far the borrowed pixels can be believed, by their low frequencies. */
static float
confidence (const Scale *scale, int x, int y)
{
  const int u = CLAMP (x, PATCH_RADIUS, scale->width - 1 - PATCH_RADIUS);
  const int v = CLAMP (y, PATCH_RADIUS, scale->height - 1 - PATCH_RADIUS);
  const float r = scale->strange[(size_t) v * scale->width + u] / STRANGE;

  return 1 / (1 + r * r);
}

/* Mixes the borrowed pixels with the filling. Both the filling's low frequencies and doubt count
 * the less the nearer the rim is, where they would show as an edge.
 * low: low frequencies of the borrowed picture; sure: confidence in the hole and 0 outside, then 1
 * in the hole and 0 outside, both smoothed. */
static void
mix (const Scale *scale, const Colour *low, const Colour *sure, float kept, float strength,
     float *filling)
{
  for (size_t i = 0; i < (size_t) scale->width * scale->height; i++)
    if (scale->hole[i])
      {
        const float depth = CLAMP (2 * sure[i][1] - 1, 0, 1);
        const float part = strength * (1 - depth * (1 - sure[i][0] / sure[i][1]));
        const Colour borrowed = scale->now[i] + kept * depth * (scale->wanted[i] - low[i]);

        for (int c = 0; c < 3; c++)
          filling[3 * i + c] += part * (borrowed[c] - filling[3 * i + c]);
      }
}

/* Gradient-domain blending (Perez et al.: Poisson image editing, 2003): what the patches lack at the
 * rim is carried into the hole, so that the step across the rim is a step inside a patch. */
static gboolean
meet_rim (Job *job, Scale *scale, GError **error)
{
  const size_t n = (size_t) scale->width * scale->height;
  buffer_auto float *lack = buffer_new (n, 3 * sizeof (float), "borrowing texture", error);

  if (!lack || !scale_rim (job, scale, LAST_VOTE_SIGMA, lack, error)
      || !underpaint (job, lack, scale->hole, scale->width, scale->height, 3, error))
    return FALSE;
  for (size_t i = 0; i < n; i++)
    if (scale->hole[i])
      scale->now[i] += (Colour){ lack[3 * i], lack[3 * i + 1], lack[3 * i + 2], 0 };
  return TRUE;
}

static gboolean
apply (Job *job, const Scale *scale, const Guidance *guidance, float *filling, float strength,
       GError **error)
{
  const int width = scale->width, height = scale->height;
  const size_t n = (size_t) width * height;
  buffer_auto Colour *low = buffer_new (n, sizeof (Colour), "borrowing texture", error);
  buffer_auto Colour *sure = NULL;

  if (!low || !(sure = buffer_new (n, sizeof (Colour), "borrowing texture", error)))
    return FALSE;
  for (size_t i = 0; i < n; i++)
    {
      low[i] = scale->now[i];
      low[i][3] = 1;
      sure[i][3] = 1;
      if (scale->hole[i])
        {
          sure[i][0] = confidence (scale, (int) (i % (size_t) width), (int) (i / (size_t) width));
          sure[i][1] = 1;
        }
    }
  if (!smooth_colours (job, low, width, height, guidance->sigma, error)
      || !smooth_colours (job, sure, width, height, guidance->sigma, error))
    return FALSE;
  mix (scale, low, sure, guidance->kept, strength, filling);
  return TRUE;
}

/* Fills in the coarser scales; 0 where nothing can be borrowed even at full scale, -1 on failure. */
static int
build_scales (Scale scales[N_SCALES], float guide_weight, GError **error)
{
  int count = 0;

  scales[0].guide_weight = guide_weight;
  scale_sort (&scales[0]);
  while (scales[count].n_sources > 0)
    {
      const Scale *fine = &scales[count++];
      const int width = (fine->width + 1) / 2, height = (fine->height + 1) / 2;

      if (count == N_SCALES || MIN (width, height) < MIN_SIDE)
        break;
      if (!scale_init (&scales[count], width, height, error))
        return -1;
      scales[count].level = (guint32) count;
      scales[count].guide_weight = fine->guide_weight;
      halve_scale (fine, &scales[count]);
      scale_sort (&scales[count]);
    }
  return count;
}

gboolean
borrow_detail (Job *job, Detail detail, float *filling, const float *picture, const guint8 *hole,
               const guint8 *labels, int width, int height, double strength, guint64 seed,
               GError **error)
{
  const Guidance *guidance = &GUIDANCE[detail];
  const size_t n = (size_t) width * height;
  size_t n_hole = 0;
  Scale scales[N_SCALES] = { 0 };
  gboolean done;
  int count = 0;

  for (size_t i = 0; i < n; i++)
    n_hole += hole[i] != 0;
  if (n_hole && n_hole == n)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_EMPTY,
                   "There is no known pixel from which texture could be borrowed.");
      return FALSE;
    }
  if (n_hole == 0 || strength <= 0)
    return TRUE;
  done = scale_init (&scales[0], width, height, error)
         && load_scale (job, &scales[0], guidance, filling, picture, hole, labels, error)
         && (count = build_scales (scales, guidance->weight, error)) >= 0;
  if (done && count > 0)
    done = synthesise (job, scales, count, seed, error) && meet_rim (job, &scales[0], error)
           && apply (job, &scales[0], guidance, filling, (float) MIN (strength, 1), error);
  for (int i = 0; i < N_SCALES; i++)
    scale_clear (&scales[i]);
  return done;
}
