/* The way of new positions through the blocks. */
#include "gpt/blocks.h"
#include "nn/kernels.h"
#include <string.h>

/* Rows that go through a block together. Enough for the products to run at full speed; bounds the
 * activations (10 MB at a width of 1024). */
enum { STRIP_ROWS = 256, FEW_ROWS = 16 };

typedef struct {
  Job *job;
  const GptBlocks *blocks;
  Cache *cache;
  const int *n_new;
  int n_open;
  gboolean wanted; /* the output; else the last block only needs keys and values */
  float *x;        /* [n_rows][d] */
  size_t n_rows;
  float *normed, *query, *key, *value; /* [STRIP_ROWS][d], less where there are fewer rows */
  float *inner;                        /* [STRIP_ROWS][4 d] */
  float *room;                         /* of the dense layers */
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
  const RowKernels *kernels = &kernels_best ()->rows;
  const size_t width = cache->width, n = width / cache->n_heads;
  Segment segment = { .n = 0 };

  while (next_segment (pass, begin, end, &segment))
    for (int i = 0; i < segment.n; i++)
      for (int head = 0; head < cache->n_heads; head++)
        {
          const size_t from = (segment.row - begin + i) * width + head * n;
          const size_t position = cache->lengths[segment.sequence] + segment.first + i;
          const size_t to = cache_place (cache, layer, segment.sequence, head) + position * n;

          if (cache->type == ROWS_F32)
            {
              memcpy (cache->keys + 4 * to, pass->key + from, 4 * n);
              memcpy (cache->values + 4 * to, pass->value + from, 4 * n);
              continue;
            }
          kernels->narrow (n, pass->key + from, cache->keys + 2 * to);
          kernels->narrow (n, pass->value + from, cache->values + 2 * to);
        }
}

static Keys
keys_of (const Cache *cache, int layer, int sequence, int n)
{
  const size_t head_width = cache->width / cache->n_heads;
  const size_t place = cache_place (cache, layer, sequence, 0) * (cache->type == ROWS_F32 ? 4 : 2);

  return (Keys){ .n = n,
                 .type = cache->type,
                 .k = cache->keys + place,
                 .v = cache->values + place,
                 .k_stride = head_width,
                 .v_stride = head_width,
                 .head_stride = head_width * cache->capacity };
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
  const Norm *norm;
  const float *x;
  float *y;
} Normed;

static void
norm_row (gpointer data, size_t row)
{
  const Normed *normed = data;
  const Norm *norm = normed->norm;
  const size_t n = norm->channels;

  kernels_best ()->rows.norm (n, normed->x + row * n, norm->scale, norm->shift, norm->epsilon,
                              normed->y + row * n);
}

/* A few rows are too little for a phase of their own. */
static void
norm_strip (const Pass *pass, const Norm *norm, size_t n, const float *x)
{
  Normed normed = { norm, x, pass->normed };

  if (n > FEW_ROWS)
    pool_run (pass->job->pool, n, norm_row, &normed);
  else
    for (size_t row = 0; row < n; row++)
      norm_row (&normed, row);
}

static gboolean
attend_and_think (const Pass *pass, int layer, size_t begin, size_t end, GError **error)
{
  const GptBlock *block = &pass->blocks->blocks[layer];
  const size_t n = end - begin;
  float *x = pass->x + begin * pass->cache->width;
  const DenseOutput proj = { &block->proj, x, DENSE_ADD }, out = { &block->out, x, DENSE_ADD };
  const DenseOutput fc = { &block->fc, pass->inner, DENSE_GELU };

  if (!attend (pass, layer, begin, end, error)
      || !dense_run (pass->job, n, pass->key, &proj, 1, pass->room, error))
    return FALSE;
  norm_strip (pass, &block->ln2, n, x);
  return dense_run (pass->job, n, pass->normed, &fc, 1, pass->room, error)
         && dense_run (pass->job, n, pass->inner, &out, 1, pass->room, error);
}

/* Keys and values of all rows come before the first attention: unmasked rows see later ones. */
static gboolean
run_layer (const Pass *pass, int layer, GError **error)
{
  const GptBlock *block = &pass->blocks->blocks[layer];
  const size_t n = pass->n_rows, width = pass->cache->width;
  const gboolean wanted = pass->wanted || layer + 1 < pass->blocks->n_layers;
  const gboolean whole = n <= STRIP_ROWS; /* then queries go the same way at once */
  const DenseOutput qkv[] = { { &block->key, pass->key, DENSE_SET },
                              { &block->value, pass->value, DENSE_SET },
                              { &block->query, pass->query, DENSE_SET } };

  for (size_t row = 0; row < n; row += STRIP_ROWS)
    {
      const size_t end = MIN (row + STRIP_ROWS, n);

      norm_strip (pass, &block->ln1, end - row, pass->x + row * width);
      if (!dense_run (pass->job, end - row, pass->normed, qkv, whole && wanted ? 3 : 2, pass->room,
                      error))
        return FALSE;
      store (pass, layer, row, end);
    }
  for (size_t row = 0; wanted && row < n; row += STRIP_ROWS)
    {
      const size_t end = MIN (row + STRIP_ROWS, n);

      if (!whole)
        {
          norm_strip (pass, &block->ln1, end - row, pass->x + row * width);
          if (!dense_run (pass->job, end - row, pass->normed, qkv + 2, 1, pass->room, error))
            return FALSE;
        }
      if (!attend_and_think (pass, layer, row, end, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run (Job *job, const GptBlocks *blocks, Cache *cache, const int *n_new, int n_open, gboolean wanted,
     float *x, GError **error)
{
  Pass pass = { .job = job,
                .blocks = blocks,
                .cache = cache,
                .n_new = n_new,
                .n_open = n_open,
                .wanted = wanted,
                .x = x };
  size_t strip, strip_rows;

  for (int sequence = 0; sequence < cache->n_sequences; sequence++)
    {
      g_assert (cache->lengths[sequence] + new_of (&pass, sequence) <= cache->capacity);
      pass.n_rows += new_of (&pass, sequence);
    }
  strip_rows = MIN (pass.n_rows, STRIP_ROWS);
  strip = strip_rows * blocks->width;
  pass.normed =
      cache_room (cache, 8 * strip + dense_room (strip_rows, 4 * (size_t) blocks->width), error);
  if (!pass.normed)
    return FALSE;
  pass.query = pass.normed + strip;
  pass.key = pass.query + strip;
  pass.value = pass.key + strip;
  pass.inner = pass.value + strip;
  pass.room = pass.inner + 4 * strip;
  for (int layer = 0; layer < blocks->n_layers; layer++)
    if (!run_layer (&pass, layer, error))
      return FALSE;
  for (int sequence = 0; sequence < cache->n_sequences; sequence++)
    cache->lengths[sequence] += new_of (&pass, sequence);
  return TRUE;
}

gboolean
gpt_blocks_run (Job *job, const GptBlocks *blocks, Cache *cache, const int *n_new, int n_open,
                float *x, GError **error)
{
  return run (job, blocks, cache, n_new, n_open, TRUE, x, error);
}

gboolean
gpt_blocks_remember (Job *job, const GptBlocks *blocks, Cache *cache, const int *n_new, int n_open,
                     float *x, GError **error)
{
  return run (job, blocks, cache, n_new, n_open, FALSE, x, error);
}

gboolean
gpt_blocks_logits (Job *job, const GptBlocks *blocks, Cache *cache, size_t n, const size_t *rows,
                   const float *x, float *logits, GError **error)
{
  const size_t width = blocks->width;
  const Norm *norm = &blocks->ln_f;
  const DenseOutput head = { &blocks->head, logits, DENSE_SET };
  float *normed = cache_room (cache, n * width + dense_room (n, width), error);

  if (!normed)
    return FALSE;
  for (size_t i = 0; i < n; i++)
    kernels_best ()->rows.norm (width, x + (rows ? rows[i] : i) * width, norm->scale, norm->shift,
                                norm->epsilon, normed + i * width);
  return dense_run (job, n, normed, &head, 1, normed + n * width, error);
}
