#include "gpt/fill.h"
#include <string.h>

enum { N_NEIGHBOURS = 9, N_FLAGS = 3 };

gboolean
fill_init (Fill *fill, const Model *model, GError **error)
{
  const Schema *schema = &model->schema;
  const GptSchema *gpt = &schema->transformer;
  const Weights weights = weights_root (model, "transformer.");
  const int width = gpt->n_embd, e = schema->vqgan.embed_dim;
  const int n_features = N_NEIGHBOURS * (e + N_FLAGS) + schema->n_labels + 1 + e + 1;
  const int places[] = { gpt->window, width }, tints[] = { schema->n_labels, 3 };

  *fill = (Fill){
    .window = gpt->window, .embed_dim = e, .n_labels = schema->n_labels, .n_features = n_features
  };
  if (gpt_dense (&fill->stem, &weights, "stem", n_features, width, TRUE, error)
      && (fill->row_emb = weights_read (&weights, "row_emb", 2, places, error))
      && (fill->col_emb = weights_read (&weights, "col_emb", 2, places, error))
      && (fill->entry_emb = weights_read (&weights, "entry_emb", 1, &width, error))
      && (!gpt->underpainted || schema->n_labels == 0
          || (fill->tints = weights_read (&weights, "label_tints", 2, tints, error)))
      && gpt_blocks_init (&fill->blocks, &weights, gpt, schema->vqgan.n_embed, error))
    return TRUE;
  fill_clear (fill);
  return FALSE;
}

void
fill_clear (Fill *fill)
{
  dense_clear (&fill->stem);
  g_clear_pointer (&fill->row_emb, buffer_free);
  g_clear_pointer (&fill->col_emb, buffer_free);
  g_clear_pointer (&fill->entry_emb, buffer_free);
  g_clear_pointer (&fill->tints, buffer_free);
  gpt_blocks_clear (&fill->blocks);
}

/* The features of one cell in the order of docs/model-file.md; x is zero before. */
static void
features (const Fill *fill, const FillWindow *window, int cell, float *x)
{
  const int e = fill->embed_dim, row = cell / window->cols, col = cell % window->cols;

  for (int d = 0; d < N_NEIGHBOURS; d++, x += e + N_FLAGS)
    {
      const int r = row + d / 3 - 1, c = col + d % 3 - 1, other = r * window->cols + c;

      if (r < 0 || c < 0 || r >= window->rows || c >= window->cols)
        {
          x[e + 2] = 1;
          continue;
        }
      if (window->state[other] == CELL_EMPTY)
        continue;
      memcpy (x, window->vectors + (size_t) other * e, e * sizeof (float));
      x[e + (window->state[other] == CELL_FILLED)] = 1;
    }
  if (window->coverage)
    memcpy (x, window->coverage + (size_t) cell * (fill->n_labels + 1),
            (fill->n_labels + 1) * sizeof (float));
  else
    x[fill->n_labels] = 1;
  x += fill->n_labels + 1;
  if (window->coarse)
    {
      memcpy (x, window->coarse + (size_t) cell * e, e * sizeof (float));
      x[e] = window->guided;
    }
}

/* Embeddings of `n` cells from `first` on of every window: [sequence][n][d]. */
static gboolean
embed (Job *job, const Fill *fill, Cache *cache, const FillWindow *windows, int first, int n,
       gboolean entry, float *h, GError **error)
{
  const int width = fill->blocks.width;
  const size_t n_rows = (size_t) cache->n_sequences * n;
  const size_t n_x = n_rows * fill->n_features;
  const DenseOutput stem = { &fill->stem, h, DENSE_SET };
  float *x = cache_room (cache, n_x + dense_room (n_rows, fill->n_features), error);

  if (!x)
    return FALSE;
  memset (x, 0, n_x * sizeof (float));
  for (size_t i = 0; i < n_rows; i++)
    features (fill, &windows[i / n], first + (int) (i % n), x + i * fill->n_features);
  if (!dense_run (job, n_rows, x, &stem, 1, x + n_x, error))
    return FALSE;
  for (size_t i = 0; i < n_rows; i++, h += width)
    {
      const int cell = first + (int) (i % n), cols = windows[i / n].cols;
      const float *row = fill->row_emb + (size_t) (cell / cols) * width;
      const float *col = fill->col_emb + (size_t) (cell % cols) * width;

      for (int c = 0; c < width; c++)
        h[c] += row[c] + col[c] + (entry ? fill->entry_emb[c] : 0);
    }
  return TRUE;
}

static gboolean
run_prefix (Job *job, const Fill *fill, Cache *cache, const FillWindow *windows, gboolean wanted,
            float *hidden, GError **error)
{
  const int n_cells = windows[0].rows * windows[0].cols;
  const GptBlocks *blocks = &fill->blocks;
  g_autofree int *n_new = g_new (int, cache->n_sequences);

  for (int sequence = 0; sequence < cache->n_sequences; sequence++)
    {
      g_assert (cache_position (cache, sequence) == 0 && windows[sequence].rows <= fill->window
                && windows[sequence].cols <= fill->window
                && windows[sequence].rows * windows[sequence].cols == n_cells);
      n_new[sequence] = n_cells;
    }
  return embed (job, fill, cache, windows, 0, n_cells, FALSE, hidden, error)
         && (wanted ? gpt_blocks_run (job, blocks, cache, n_new, n_cells, hidden, error)
                    : gpt_blocks_remember (job, blocks, cache, n_new, n_cells, hidden, error));
}

gboolean
fill_prefix (Job *job, const Fill *fill, Cache *cache, const FillWindow *windows, float *hidden,
             GError **error)
{
  return run_prefix (job, fill, cache, windows, FALSE, hidden, error);
}

gboolean
fill_prefix_output (Job *job, const Fill *fill, Cache *cache, const FillWindow *windows,
                    float *hidden, GError **error)
{
  return run_prefix (job, fill, cache, windows, TRUE, hidden, error);
}

gboolean
fill_entry (Job *job, const Fill *fill, Cache *cache, const FillWindow *windows, int cell,
            float *hidden, float *logits, GError **error)
{
  return embed (job, fill, cache, windows, cell, 1, TRUE, hidden, error)
         && gpt_blocks_run (job, &fill->blocks, cache, NULL, 0, hidden, error)
         && gpt_blocks_logits (job, &fill->blocks, cache, cache->n_sequences, NULL, hidden, logits,
                               error);
}

double
fill_flop (const Fill *fill, int n_cells, int n_prefixes, int n_entries, int n_sequences)
{
  const double rows = (double) n_prefixes * n_cells + (double) n_sequences * n_entries;

  return gpt_blocks_remember_flop (&fill->blocks, n_prefixes, n_cells, n_cells)
         + gpt_blocks_flop (&fill->blocks, n_sequences, n_entries, n_cells + n_entries / 2)
         + dense_flop (&fill->stem, rows)
         + dense_flop (&fill->blocks.head, (double) n_entries * n_sequences);
}
