#include "run/estimate.h"
#include "run/complete.h"
#include "nn/kernels.h"
#include "run/canvas_tokens.h"
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a decoder with norms of one position sees beyond a cell; further out nothing of it was
 * visible in a decoded hole. */
enum { DECODER_MARGIN = 8 };

CellBox
estimate_decoded (const Nets *nets, const Scene *scene, int level)
{
  const PlanLevel *plan = &scene->plan->levels[level];
  int top = plan->rows, left = plan->cols, bottom = -1, right = -1;

  for (int row = 0; row < plan->rows; row++)
    for (int col = 0; col < plan->cols; col++)
      if (plan->hole[row * plan->cols + col])
        {
          top = MIN (top, row);
          bottom = MAX (bottom, row);
          left = MIN (left, col);
          right = MAX (right, col);
        }
  if (bottom < 0)
    return (CellBox){ 0, 0, 0, 0 };
  if (nets_is_net2net (nets)) /* its norms and its attention are those of the whole picture */
    return (CellBox){ 0, 0, plan->rows, plan->cols };
  top = MAX (top - DECODER_MARGIN, 0);
  left = MAX (left - DECODER_MARGIN, 0);
  bottom = MIN (bottom + DECODER_MARGIN, plan->rows - 1);
  right = MIN (right + DECODER_MARGIN, plan->cols - 1);
  return (CellBox){ top, left, bottom - top + 1, right - left + 1 };
}

static double
level_flop (const Nets *nets, const Scene *scene, int level, int n_variations)
{
  const SceneLevel *pixels = &scene->levels[level];
  const CellBox decoded = estimate_decoded (nets, scene, level);
  const int factor = scene->plan->factor;
  const gboolean guided = level + 1 < scene->plan->frame.n_levels;

  return vqgan_encode_flop (nets->vqgan, pixels->height, pixels->width)
             * (1 + (guided ? n_variations : 0))
         + n_variations
               * vqgan_decode_flop (nets->vqgan, decoded.rows * factor, decoded.cols * factor);
}

/* FLOP in a second of one thread of an AMD EPYC of 2025. Work of a convolution is counted as without
 * Winograd, so it may be more than the processor can multiply. */
typedef struct {
  double small;    /* the nets of kind fill, and the pixel side: 2.0 s for 78 GFLOP */
  double conv;     /* the published tokenizers: 12.8 s for 2646 GFLOP */
  double products; /* windows of the published transformers: 24 ms for 2.1 GFLOP */
} Speed;

static const Speed with_vectors = { 35e9, 200e9, 85e9 }, plain = { 9e9, 10e9, 3.5e9 };

static const Speed *
speed (void)
{
  return strcmp (kernels_best ()->isa, "c") == 0 ? &plain : &with_vectors;
}

static int
n_threads_of (const TesseraRequest *request)
{
  return request->n_threads > 0 ? request->n_threads : (int) g_get_num_processors ();
}

/* Bytes in a second that one step of a transformer reads of its weights and keys, as far as it waits
 * for them: two cores of the same machine. */
static const double bandwidth = 10e9;

static double
dense_bytes (const Dense *dense)
{
  return (double) dense->weight.n * rows_stride (&dense->weight);
}

static double
step_bytes (const GptBlocks *blocks)
{
  double bytes = dense_bytes (&blocks->head);

  for (int i = 0; i < blocks->n_layers; i++)
    {
      const GptBlock *block = &blocks->blocks[i];

      bytes += dense_bytes (&block->query) + dense_bytes (&block->key) + dense_bytes (&block->value)
               + dense_bytes (&block->proj) + dense_bytes (&block->fc) + dense_bytes (&block->out);
    }
  return bytes;
}

static void
estimate_tokens (const Nets *nets, const Scene *scene, const TesseraRequest *request,
                 TesseraEstimate *estimate)
{
  const Plan *plan = scene->plan;
  const SceneLevel *level = &scene->levels[0];
  const gsize pixels = (gsize) level->width * level->height;
  const gsize cells = (gsize) plan->levels[0].rows * plan->levels[0].cols;
  const int n = complete_n_tried (request);
  const TokenGrid grid = { .rows = plan->levels[0].rows,
                           .cols = plan->levels[0].cols,
                           .n_variations = n,
                           .hole = plan->levels[0].hole,
                           .n_condition = nets->model->schema.condition.n_tokens,
                           .order = nets->shape.order };
  gsize batch = 0;
  double steps = 0, products = 0;
  const double convs =
      condition_flop (nets, scene)
      + (level->blank ? 0 : vqgan_encode_flop (nets->vqgan, level->height, level->width))
      + n * vqgan_decode_flop (nets->vqgan, level->height, level->width);

  estimate->n_cells = plan->levels[0].n_hole;
  for (int i = 0, next; i < plan->n_windows; i = next)
    {
      next = i + canvas_batch (plan, i, n);
      products += token_grid_flop (&nets->gpt, &grid, &plan->windows[i], next - i);
      steps += token_grid_steps (&plan->windows[i], next - i);
      batch = MAX (batch, token_grid_bytes (&nets->gpt, &grid, &plan->windows[i], next - i));
    }
  estimate->flop = convs + products;
  estimate->seconds =
      (convs / speed ()->conv + products / speed ()->products) / n_threads_of (request)
      + steps * step_bytes (&nets->gpt.blocks) / bandwidth;
  estimate->bytes =
      MAX (MAX (vqgan_bytes (nets->vqgan, level->height, level->width),
                condition_bytes (nets, scene)),
           batch)
      + pixels * 4 * (4 * 3 + 3 * (gsize) n)
      + cells * n * (vqgan_schema (nets->vqgan)->embed_dim * sizeof (float) + sizeof (int));
}

void
estimate_completion (const Nets *nets, const Scene *scene, const TesseraRequest *request,
                     TesseraEstimate *estimate)
{
  const Plan *plan = scene->plan;
  const int n = complete_n_tried (request);
  int n_sequences = 0;
  const gboolean draft = request->effort == TESSERA_EFFORT_DRAFT && plan->frame.n_levels > 1;
  const SceneLevel *finest = &scene->levels[0];
  const gsize pixels = (gsize) finest->width * finest->height;
  const gsize cells = (gsize) plan->levels[0].rows * plan->levels[0].cols;

  *estimate = (TesseraEstimate){ .n_levels = plan->frame.n_levels,
                                 .n_windows = plan->n_windows,
                                 .context = scene_context (scene, &request->picture) };
  if (nets_is_net2net (nets))
    {
      estimate_tokens (nets, scene, request, estimate);
      return;
    }
  for (int l = draft ? 1 : 0; l < plan->frame.n_levels; l++)
    estimate->flop += level_flop (nets, scene, l, n);
  for (int i = 0; i < plan->n_windows; i++)
    {
      const PlanWindow *window = &plan->windows[i];
      const gboolean shared = i == 0;
      const int n_passes =
          1
          + canvas_is_steered (scene->levels[window->level].coverage,
                               plan->levels[window->level].cols, nets->fill.n_labels,
                               window->window, request->label_strength);

      if (draft && window->level == 0)
        continue;
      estimate->n_cells += window->n_cells;
      estimate->flop += fill_flop (&nets->fill, window->window.rows * window->window.cols,
                                   n_passes * (shared ? 1 : n), window->n_cells, n_passes * n);
      n_sequences = MAX (n_sequences, n_passes * (n + 1));
    }
  estimate->seconds = estimate->flop / (speed ()->small * n_threads_of (request));
  estimate->bytes = vqgan_bytes (nets->vqgan, finest->height, finest->width)
                    + pixels * 4 * (4 * 3 + 3 * (gsize) n)
                    + cells * nets->fill.embed_dim * 4 * (2 * (gsize) n + 2)
                    + gpt_blocks_cache_bytes (&nets->fill.blocks, n_sequences,
                                              2 * nets->fill.window * nets->fill.window);
}

/* MemAvailable of Linux: free memory and what the system would give up for us; else what is
 * plainly free. */
static gsize
available_memory (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (g_file_get_contents ("/proc/meminfo", &text, NULL, NULL)
      && (line = strstr (text, "MemAvailable:")))
    return (gsize) g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) * 1024;
  return (gsize) sysconf (_SC_AVPHYS_PAGES) * (gsize) sysconf (_SC_PAGESIZE);
}

gboolean
estimate_check_memory (gsize bytes, gsize limit, GError **error)
{
  if (limit == 0)
    limit = available_memory () / 4 * 3;
  if (bytes <= limit)
    return TRUE;
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_MEMORY,
               _ ("This needs about %.0f MiB of memory; the limit is %.0f MiB."),
               (double) bytes / (1 << 20), (double) limit / (1 << 20));
  return FALSE;
}
