#include "image/energy.h"
#include <math.h>

enum {
  MIN_STEP = 8,      /* pixels between known places that are looked at */
  MAX_KNOWN = 2048,  /* about so many of them */
  MIN_BLOCK = 4,     /* side in pixels of the blocks in which a hole has one energy */
  MAX_BLOCKS = 4096, /* about so many of them */
};

static const double SIGMA = 4;         /* pixels over which a square is taken as the mean */
static const float LIKE = 0.04f;       /* distance of colours that are still alike */
static const float NEAR = 48;          /* pixels; further places count less and less */
static const float FLOOR = 0.01f;      /* energies below are all the same */
static const float ANY_COLOUR = 1e-9f; /* where no colour is alike, the nearest places decide */

/* What the threads share. */
typedef struct {
  const Colour *low, *wanted;
  const guint8 *hole;
  Colour *energy;
  int width, height;
  int step, block;
} Survey;

/* What known places say of a place in the hole: the more, the nearer and the more alike. The geometric
 * mean: a few branches before a sky must not make a lively sky. */
static float
usual (const Survey *survey, int x, int y)
{
  const Colour colour = survey->wanted[(size_t) y * survey->width + x];
  float sum = 0, all = 0;

  for (int v = survey->step / 2; v < survey->height; v += survey->step)
    for (int u = survey->step / 2; u < survey->width; u += survey->step)
      {
        const size_t at = (size_t) v * survey->width + u;
        const Colour d = colour - survey->low[at], square = d * d;
        const float far = (float) ((u - x) * (u - x) + (v - y) * (v - y)) / (NEAR * NEAR);
        const float unlike = (square[0] + square[1] + square[2]) / (2 * LIKE * LIKE);
        const float weight = (expf (-unlike) / (1 + far) + ANY_COLOUR) / (1 + far);

        if (survey->hole[at])
          continue;
        sum += weight * logf (survey->energy[at][0] + FLOOR);
        all += weight;
      }
  return all > 0 ? MAX (expf (sum / all) - FLOOR, 0) : 0;
}

/* One row of blocks. */
static void
fill_blocks (gpointer data, size_t chunk)
{
  const Survey *survey = data;
  const int top = (int) chunk * survey->block, bottom = MIN (top + survey->block, survey->height);

  for (int left = 0; left < survey->width; left += survey->block)
    {
      const int right = MIN (left + survey->block, survey->width);
      float value = -1;

      for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
          if (survey->hole[(size_t) y * survey->width + x])
            {
              if (value < 0)
                value = usual (survey, x, y);
              survey->energy[(size_t) y * survey->width + x][0] = value;
            }
    }
}

gboolean
texture_energy (Job *job, const Colour *pixels, const Colour *low, const Colour *wanted,
                const guint8 *hole, int width, int height, Colour *energy, GError **error)
{
  const size_t n = (size_t) width * height;
  Survey survey = { low, wanted, hole, energy, width, height };
  size_t n_known = 0;

  for (size_t i = 0; i < n; i++)
    {
      const Colour d = pixels[i] - low[i], square = d * d;

      energy[i] = hole[i] ? (Colour){ 0 } : (Colour){ square[0] + square[1] + square[2], 0, 0, 1 };
      n_known += !hole[i];
    }
  if (!smooth_colours (job, energy, width, height, SIGMA, error))
    return FALSE;
  for (size_t i = 0; i < n; i++)
    energy[i][0] = sqrtf (energy[i][0]);
  survey.step = MAX (MIN_STEP, (int) sqrt ((double) n_known / MAX_KNOWN));
  survey.block = MAX (MIN_BLOCK, (int) sqrt ((double) (n - n_known) / MAX_BLOCKS));
  return job_run (job, ((size_t) height + survey.block - 1) / survey.block, 0, fill_blocks, &survey,
                  error);
}
