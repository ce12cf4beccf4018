#include "vqgan/quantiser.h"
#include "base/buffer.h"
#include "base/philox.h"
#include "nn/kernels.h"
#include <math.h>

/* "vq": |e|^2 / 2 is subtracted. */
static gboolean
nearest_offsets (Quantiser *q, GError **error)
{
  q->rows = q->entries;
  q->offsets = buffer_new (q->n_entries, sizeof (float), "the codebook", error);
  for (int i = 0; q->offsets && i < q->n_entries; i++)
    {
      const float *entry = q->entries + (size_t) i * q->width;
      double sum = 0;

      for (int c = 0; c < q->width; c++)
        sum += (double) entry[c] * entry[c];
      q->offsets[i] = (float) (-sum / 2);
    }
  return q->offsets != NULL;
}

static gboolean
read_projection (Quantiser *q, const Weights *here, GError **error)
{
  const int shape[] = { q->n_entries, q->width, 1, 1 };

  q->rows = weights_read (here, "proj.weight", 4, shape, error);
  q->offsets = q->rows ? weights_read (here, "proj.bias", 1, shape, error) : NULL;
  return q->offsets != NULL;
}

static gboolean
read_used (Quantiser *q, const Weights *here, GError **error)
{
  const Tensor *tensor = weights_find (here, "used");
  gboolean ok = tensor && tensor->dtype == DTYPE_I64 && tensor->n_dims == 1 && tensor->n > 0
                && tensor->n <= G_MAXINT32;

  if (ok && !(q->used = buffer_new (tensor->n, sizeof (int), "the codebook", error)))
    return FALSE;
  for (size_t i = 0; ok && i < tensor->n; i++)
    {
      const double entry = tensor_number (tensor, i);

      ok = entry >= 0 && entry < q->n_entries;
      q->used[i] = ok ? (int) entry : 0;
    }
  if (ok && q->unknown < (int) tensor->n)
    {
      q->n_used = (int) tensor->n;
      return TRUE;
    }
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
               "tensor %sused: this must be a list of entries of the codebook, and unknown_index "
               "a place in it",
               here->name);
  return FALSE;
}

gboolean
quantiser_init (Quantiser *q, const VqSchema *schema, const Weights *root, GError **error)
{
  const Weights here = weights_at (root, "quantize.");
  const int shape[] = { schema->n_embed, schema->embed_dim };

  *q = (Quantiser){ .n_entries = schema->n_embed,
                    .width = schema->embed_dim,
                    .unknown = schema->unknown_index };
  q->entries =
      weights_read (&here, schema->gumbel ? "embed.weight" : "embedding.weight", 2, shape, error);
  return q->entries
         && (schema->gumbel ? read_projection (q, &here, error) : nearest_offsets (q, error))
         && (!schema->remap || read_used (q, &here, error));
}

void
quantiser_clear (Quantiser *q)
{
  if (q->rows != q->entries)
    buffer_free (q->rows);
  buffer_free (q->entries);
  buffer_free (q->offsets);
  buffer_free (q->used);
  *q = (Quantiser){ 0 };
}

typedef struct {
  const Quantiser *quantiser;
  const float *vectors, *exponential;
  size_t n;
  int *entries;  /* either */
  float *scores; /* or */
  float *packed; /* [n_blocks][width][PANEL_COLS]: vectors side by side, as the kernels want */
} Work;

/* What a block of PANEL_COLS vectors knows so far. */
typedef struct {
  float score[PANEL_COLS];
  int entry[PANEL_COLS];
} Best;

static void
pack (const Work *work, size_t first, size_t n, float *packed)
{
  const size_t width = work->quantiser->width;

  for (size_t j = 0; j < n; j++)
    for (size_t c = 0; c < width; c++)
      packed[c * PANEL_COLS + j] = work->vectors[(first + j) * width + c];
}

/* score: of vectors `first`.. for one entry. */
static void
take (const Work *work, size_t first, size_t n, size_t entry, const float *score, Best *best)
{
  const size_t n_entries = work->quantiser->n_entries;

  for (size_t j = 0; j < n; j++)
    {
      const size_t place = (first + j) * n_entries + entry;
      float here = score[j] + work->quantiser->offsets[entry];

      if (work->scores)
        work->scores[place] = here;
      if (work->exponential)
        here -= logf (work->exponential[place]);
      if (entry == 0 || here > best->score[j])
        {
          best->score[j] = here;
          best->entry[j] = (int) entry;
        }
    }
}

static void
choose_block (gpointer data, size_t block)
{
  static const float no_bias[PANEL_COLS];
  const Work *work = data;
  const Quantiser *q = work->quantiser;
  const Kernels *kernels = kernels_best ();
  const size_t first = block * PANEL_COLS, n = MIN (PANEL_COLS, work->n - first);
  float *packed = work->packed + first * q->width, scores[PANEL_ROWS * PANEL_COLS];
  Best best = { 0 };

  pack (work, first, n, packed);
  for (size_t entry = 0; entry < (size_t) q->n_entries; entry += PANEL_ROWS)
    {
      const PanelShape shape = { .rows = MIN (PANEL_ROWS, q->n_entries - entry),
                                 .segments = 1,
                                 .k = q->width,
                                 .row_stride = q->width,
                                 .out_stride = PANEL_COLS };

      kernels->panel (&shape, q->rows + entry * q->width, packed, no_bias, scores);
      for (size_t row = 0; row < shape.rows; row++)
        take (work, first, n, entry + row, scores + row * PANEL_COLS, &best);
    }
  for (size_t j = 0; work->entries && j < n; j++)
    work->entries[first + j] = best.entry[j];
}

static gboolean
run (Job *job, Work *work, GError **error)
{
  const Quantiser *q = work->quantiser;
  const size_t n_blocks = (work->n + PANEL_COLS - 1) / PANEL_COLS;
  const double flop = 2.0 * work->n * q->n_entries * q->width;
  gboolean done;

  work->packed = buffer_new (n_blocks * PANEL_COLS, q->width * sizeof (float), "tokens", error);
  if (!work->packed)
    return FALSE;
  done = job_run (job, n_blocks, flop, choose_block, work, error);
  buffer_free (work->packed);
  return done;
}

gboolean
quantiser_choose (Job *job, const Quantiser *quantiser, const float *vectors, size_t n,
                  const float *exponential, int *entries, GError **error)
{
  Work work = { .quantiser = quantiser,
                .vectors = vectors,
                .exponential = exponential,
                .n = n,
                .entries = entries };

  return run (job, &work, error);
}

gboolean
quantiser_scores (Job *job, const Quantiser *quantiser, const float *vectors, size_t n,
                  float *scores, GError **error)
{
  Work work = { .quantiser = quantiser, .vectors = vectors, .n = n, .scores = scores };

  return run (job, &work, error);
}

int
quantiser_token (const Quantiser *q, int entry, size_t place)
{
  if (q->n_used == 0)
    return entry;
  for (int token = 0; token < q->n_used; token++)
    if (q->used[token] == entry)
      return token;
  if (q->unknown == UNKNOWN_EXTRA)
    return q->n_used;
  if (q->unknown == UNKNOWN_RANDOM)
    return (int) (philox_uniform (0, 0, 0, (guint32) (place >> 32), (guint32) place) * q->n_used);
  return q->unknown;
}

int
quantiser_entry (const Quantiser *q, int token)
{
  return q->n_used == 0 ? token : q->used[token < q->n_used ? token : 0];
}

int
quantiser_n_tokens (const Quantiser *q)
{
  return q->n_used == 0 ? q->n_entries : q->n_used + (q->unknown == UNKNOWN_EXTRA);
}
