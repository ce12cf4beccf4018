#include "run/canvas_tokens.h"
#include <string.h>

/* More sequences at once share the reading of the weights among more cells, but each keeps its own
 * keys and values: 50 MB for a window of the published size with 24 layers of 1024. */
enum { MAX_SEQUENCES = 16 };

static gboolean
allocate (Canvas *canvas, GError **error)
{
  const size_t n = canvas_cells (canvas), v = canvas->n_variations, e = canvas->embed_dim;

  return (canvas->state = buffer_new (n, 1, "the cells", error))
         && (canvas->tokens = buffer_new (n * v, sizeof (int), "the cells", error))
         && (canvas->vectors = buffer_new (n * v, e * sizeof (float), "the cells", error))
         && (canvas->log_likelihood = buffer_new (v, sizeof (double), "the cells", error));
}

gboolean
canvas_init_tokens (Job *job, Canvas *canvas, const Nets *nets, const Scene *scene,
                    int n_variations, const Map *vectors, GError **error)
{
  const PlanLevel *plan = &scene->plan->levels[0];
  const size_t e = vqgan_schema (nets->vqgan)->embed_dim;
  size_t n;

  *canvas = (Canvas){
    .rows = plan->rows, .cols = plan->cols, .n_variations = n_variations, .embed_dim = (int) e
  };
  n = canvas_cells (canvas);
  if (!allocate (canvas, error)
      || (vectors && !vqgan_quantise (job, nets->vqgan, vectors->data, n, canvas->tokens, error)))
    {
      canvas_clear (canvas);
      return FALSE;
    }
  for (size_t i = 0; i < n; i++)
    {
      canvas->state[i] = plan->hole[i] ? CELL_EMPTY : CELL_KNOWN;
      memcpy (canvas->vectors + i * e, vqgan_code (nets->vqgan, canvas->tokens[i]),
              e * sizeof (float));
    }
  for (int v = 1; v < n_variations; v++)
    {
      memcpy (canvas->tokens + v * n, canvas->tokens, n * sizeof (int));
      memcpy (canvas->vectors + v * n * e, canvas->vectors, n * e * sizeof (float));
    }
  return TRUE;
}

int
canvas_batch (const Plan *plan, int first, int n_variations)
{
  const int most = MAX (MAX_SEQUENCES / n_variations, 1);
  int n = 1;

  while (n < most && first + n < plan->n_windows
         && plan->windows[first + n].group == plan->windows[first].group)
    n++;
  return n;
}

typedef struct {
  const Nets *nets;
  Canvas *canvas;
  const SampleOptions *options;
  float *scratch; /* [2 n_tokens] */
} Choosing;

/* A vocabulary may be larger than the codebook; what cannot be decoded is not chosen. */
static int
choose (gpointer data, int variation, int cell, const float *logits, GError **error)
{
  const Choosing *choosing = data;

  return canvas_choose (choosing->nets, choosing->canvas, choosing->options, variation, cell,
                        logits, vqgan_n_tokens (choosing->nets->vqgan), choosing->scratch, error);
}

gboolean
canvas_sample_tokens (Job *job, const Nets *nets, Canvas *canvas, const Condition *condition,
                      const PlanWindow *windows, int n_windows, const SampleOptions *options,
                      GError **error)
{
  const size_t n = canvas_cells (canvas);
  buffer_auto guint8 *hole = buffer_new (n, 1, "the cells", error);
  buffer_auto float *scratch =
      buffer_new (2 * (size_t) vqgan_n_tokens (nets->vqgan), sizeof (float), "the cells", error);
  TokenGrid grid = { canvas->rows, canvas->cols,      canvas->n_variations, canvas->tokens,
                     hole,         condition->tokens, condition->n_tokens,  nets->shape.order };
  Choosing choosing = { nets, canvas, options, scratch };

  if (!hole || !scratch)
    return FALSE;
  for (size_t i = 0; i < n; i++)
    hole[i] = canvas->state[i] != CELL_KNOWN;
  if (!token_grid_sample (job, &nets->gpt, &grid, windows, n_windows, choose, &choosing, error))
    return FALSE;
  for (int w = 0; w < n_windows; w++)
    for (int i = 0; i < windows[w].n_cells; i++)
      canvas->state[windows[w].cells[i]] = CELL_FILLED;
  return TRUE;
}
