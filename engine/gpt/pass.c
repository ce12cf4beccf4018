/* The way of new positions through the blocks. */
#include "gpt/blocks.h"
#include <math.h>
#include <string.h>

/* Rows that go through a block together. Enough for the products to run at full speed; bounds the
 * activations (10 MB at a width of 1024). */
enum { STRIP_ROWS = 256 };

typedef struct {
  Job *job;
  const GptBlocks *blocks;
  Cache *cache;
  const int *n_new;
  int n_open;
  float *x; /* [n_rows][d] */
  size_t n_rows;
  float *normed, *query, *key, *value; /* [STRIP_ROWS][d], less where there are fewer rows */
  float *inner;                        /* [STRIP_ROWS][4 d] */
} Pass;

static inline int
new_of (const Pass *pass, int sequence)
{
  return pass->n_new ? pass->n_new[sequence] : 1;
}

/* Neighbouring new rows of one sequence. */
typedef struct {
  int sequence;
  int first, n; /* of the sequence's new rows */
  size_t row;   /* of x */
} Segment;

/* The part of rows row .. end that belongs to one sequence; `segment` is the one before it, or
 * { .row = 0 } with n = 0 to begin. */
static gboolean
next_segment (const Pass *pass, size_t begin, size_t end, Segment *segment)
{
  size_t row = 0; /* the first new row of the sequence */

  for (int sequence = 0; sequence < pass->cache->n_sequences; row += new_of (pass, sequence++))
    {
      const size_t from = MAX (row, begin), to = MIN (row + new_of (pass, sequence), end);

      if (from >= to || (segment->n > 0 && sequence <= segment->sequence))
        continue;
      *segment = (Segment){ sequence, (int) (from - row), (int) (to - from), from };
      return TRUE;
    }
  return FALSE;
}

/* Puts keys and values of a strip's rows behind those that the cache has. */
static void
store (const Pass *pass, int layer, size_t begin, size_t end)
{
  const Cache *cache = pass->cache;
  const size_t width = cache->width, head_width = width / cache->n_heads;
  Segment segment = { .n = 0 };

  while (next_segment (pass, begin, end, &segment))
    for (int i = 0; i < segment.n; i++)
      {
        const size_t from = (segment.row - begin + i) * width;
        const size_t position = cache->lengths[segment.sequence] + segment.first + i;

        for (int head = 0; head < cache->n_heads; head++)
          {
            const size_t to =
                cache_place (cache, layer, segment.sequence, head) + position * head_width;

            memcpy (cache->keys + to, pass->key + from + head * head_width,
                    head_width * sizeof (float));
            memcpy (cache->values + to, pass->value + from + head * head_width,
                    head_width * sizeof (float));
          }
      }
}

static Keys
keys_of (const Cache *cache, int layer, int sequence, int n)
{
  const size_t head_width = cache->width / cache->n_heads;
  const size_t place = cache_place (cache, layer, sequence, 0);

  return (Keys){ n,          cache->keys + place, cache->values + place,
                 head_width, head_width,          head_width * cache->capacity };
}

/* Queries of a strip become what their attention gives, in the place of pass->key. */
static gboolean
attend (const Pass *pass, int layer, size_t begin, size_t end, GError **error)
{
  const Cache *cache = pass->cache;
  const size_t width = cache->width;
  Segment segment = { .n = 0 };
  size_t n = 0;

  while (next_segment (pass, begin, end, &segment))
    {
      const int own = cache->lengths[segment.sequence];
      const int before = cache_position (cache, segment.sequence) - own;
      const size_t at = (segment.row - begin) * width;

      cache->attentions[n++] = (Attention){
        .n_queries = segment.n,
        .n_heads = cache->n_heads,
        .width = width / cache->n_heads,
        .q = pass->query + at,
        .y = pass->key + at,
        .q_stride = width,
        .y_stride = width,
        .shared = before > 0 ? keys_of (cache->prefix, layer,
                                        cache_leader (cache, segment.sequence), before)
                             : (Keys){ 0 },
        .own = keys_of (cache, layer, segment.sequence, own + new_of (pass, segment.sequence)),
        .causal = TRUE,
        .past = own + segment.first,
        .n_open = MAX (pass->n_open - before, 0),
      };
    }
  return attention_run (pass->job, cache->attentions, n, error);
}

typedef struct {
  float *x;
  const float *y;
  size_t width;
} Rows;

static void
add_row (gpointer data, size_t row)
{
  const Rows *rows = data;

  for (size_t i = row * rows->width; i < (row + 1) * rows->width; i++)
    rows->x[i] += rows->y[i];
}

static void
gelu_row (gpointer data, size_t row)
{
  const Rows *rows = data;

  for (size_t i = row * rows->width; i < (row + 1) * rows->width; i++)
    rows->x[i] = 0.5f * rows->x[i] * (1 + erff (rows->x[i] * (float) G_SQRT2 / 2));
}

static gboolean
keys_and_values (const Pass *pass, int layer, size_t begin, size_t end, GError **error)
{
  const GptBlock *block = &pass->blocks->blocks[layer];
  const size_t n = end - begin;

  norm_rows (&block->ln1, n, pass->x + begin * pass->cache->width, pass->normed);
  if (!linear_run (pass->job, &block->key, n, pass->normed, pass->key, error)
      || !linear_run (pass->job, &block->value, n, pass->normed, pass->value, error))
    return FALSE;
  store (pass, layer, begin, end);
  return TRUE;
}

static gboolean
attend_and_think (const Pass *pass, int layer, size_t begin, size_t end, GError **error)
{
  const GptBlock *block = &pass->blocks->blocks[layer];
  const size_t n = end - begin, width = pass->cache->width;
  float *x = pass->x + begin * width;
  Rows added = { x, pass->normed, width }, inner = { pass->inner, NULL, 4 * width };

  if (n < pass->n_rows) /* else it is still there from keys_and_values */
    norm_rows (&block->ln1, n, x, pass->normed);
  if (!linear_run (pass->job, &block->query, n, pass->normed, pass->query, error)
      || !attend (pass, layer, begin, end, error)
      || !linear_run (pass->job, &block->proj, n, pass->key, pass->normed, error))
    return FALSE;
  pool_run (pass->job->pool, n, add_row, &added);

  norm_rows (&block->ln2, n, x, pass->normed);
  if (!linear_run (pass->job, &block->fc, n, pass->normed, pass->inner, error))
    return FALSE;
  pool_run (pass->job->pool, n, gelu_row, &inner);
  if (!linear_run (pass->job, &block->out, n, pass->inner, pass->normed, error))
    return FALSE;
  pool_run (pass->job->pool, n, add_row, &added);
  return TRUE;
}

static gboolean
run_layer (const Pass *pass, int layer, GError **error)
{
  const size_t n = pass->n_rows;

  for (size_t row = 0; row < n; row += STRIP_ROWS)
    if (!keys_and_values (pass, layer, row, MIN (row + STRIP_ROWS, n), error))
      return FALSE;
  for (size_t row = 0; row < n; row += STRIP_ROWS)
    if (!attend_and_think (pass, layer, row, MIN (row + STRIP_ROWS, n), error))
      return FALSE;
  return TRUE;
}

gboolean
gpt_blocks_run (Job *job, const GptBlocks *blocks, Cache *cache, const int *n_new, int n_open,
                float *x, GError **error)
{
  Pass pass = {
    .job = job, .blocks = blocks, .cache = cache, .n_new = n_new, .n_open = n_open, .x = x
  };
  size_t strip;

  for (int sequence = 0; sequence < cache->n_sequences; sequence++)
    {
      g_assert (cache->lengths[sequence] + new_of (&pass, sequence) <= cache->capacity);
      pass.n_rows += new_of (&pass, sequence);
    }
  strip = MIN (pass.n_rows, STRIP_ROWS) * blocks->width;
  pass.normed = cache_room (cache, 8 * strip, error);
  if (!pass.normed)
    return FALSE;
  pass.query = pass.normed + strip;
  pass.key = pass.query + strip;
  pass.value = pass.key + strip;
  pass.inner = pass.value + strip;
  for (int layer = 0; layer < blocks->n_layers; layer++)
    if (!run_layer (&pass, layer, error))
      return FALSE;
  for (int sequence = 0; sequence < cache->n_sequences; sequence++)
    cache->lengths[sequence] += new_of (&pass, sequence);
  return TRUE;
}

gboolean
gpt_blocks_logits (Job *job, const GptBlocks *blocks, Cache *cache, size_t n, const size_t *rows,
                   const float *x, float *logits, GError **error)
{
  const size_t width = blocks->width;
  float *normed = cache_room (cache, n * width, error);

  if (!normed)
    return FALSE;
  for (size_t i = 0; i < n; i++)
    norm_rows (&blocks->ln_f, 1, x + (rows ? rows[i] : i) * width, normed + i * width);
  return linear_run (job, &blocks->head, n, normed, logits, error);
}
