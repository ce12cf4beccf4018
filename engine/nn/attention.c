#include "nn/attention.h"
#include "nn/kernels.h"
#include <math.h>
#include <string.h>

enum {
  BLOCK_QUERIES = 32,
  BLOCK_FLOATS = 1 << 14, /* of queries in a block: 64 KiB on the stack */
  BLOCK_FLOP = 300000000,
  FEW_QUERIES = 8, /* up to here the keys' way from memory is what takes the time */
  BLOCK_KEYS = 64, /* with a head of 64 numbers 16 KiB: they stay in L1 for all queries */
};

/* Queries of one head that go through the keys together, and their running softmax: Milakov and
 * Gimelshein, arXiv 1805.02867. */
typedef struct {
  size_t n, width;
  float q[BLOCK_FLOATS], y[BLOCK_FLOATS]; /* [n][width], q scaled by 1 / sqrt (width) */
  float scores[BLOCK_QUERIES * BLOCK_KEYS];
  size_t seen[BLOCK_QUERIES]; /* own keys that a query sees */
  float top[BLOCK_QUERIES], sum[BLOCK_QUERIES];
} Block;

/* As many as fit, but fewer where there are so many keys that a block would take too long for somebody
 * who wants to stop: in plain C a tenth of a second is 600 million operations. Sequences that share
 * keys are never so long. */
static size_t
block_queries (const Attention *a)
{
  const size_t fit = MIN (BLOCK_QUERIES, BLOCK_FLOATS / a->width);

  return a->shared.n > 0 ? fit : MIN (fit, MAX (4, BLOCK_FLOP / (4 * a->own.n * a->width)));
}

/* Turns the raw scores of one query into weights relative to the running maximum, of which keys
 * from `visible` on are 0, and rescales what has been summed up so far. */
static void
soften (Block *block, const RowKernels *kernels, size_t query, size_t visible, size_t n_keys)
{
  float *scores = block->scores + query * BLOCK_KEYS, *y = block->y + query * block->width;
  float shrink = 1, sum = 0;

  if (visible > 0)
    sum = kernels->soften (visible, scores, &block->top[query], &shrink);
  memset (scores + visible, 0, (n_keys - visible) * sizeof (float));
  for (size_t i = 0; i < block->width && shrink != 1; i++)
    y[i] *= shrink;
  block->sum[query] = block->sum[query] * shrink + sum;
}

static inline void
fetch (const guint8 *row, size_t bytes)
{
  for (size_t i = 0; i < bytes; i += 64)
    __builtin_prefetch (row + i, 0, 2);
}

/* Sends queries first .. first + n through the keys of one head; NULL seen = all. */
static void
pass_keys (Block *block, size_t first, size_t n, const Keys *keys, size_t head, const size_t *seen)
{
  const RowKernels *kernels = &kernels_best ()->rows;
  const size_t size = keys->type == ROWS_F32 ? 4 : 2, offset = head * keys->head_stride * size;
  const guint8 *k = (const guint8 *) keys->k + offset, *v = (const guint8 *) keys->v + offset;
  float *scores = block->scores + first * BLOCK_KEYS;
  size_t end = seen ? 0 : keys->n;

  for (size_t i = first; seen && i < first + n; i++)
    end = MAX (end, seen[i]);
  for (size_t key = 0; key < end; key += BLOCK_KEYS)
    {
      const size_t n_keys = MIN (BLOCK_KEYS, end - key);
      const Dots dots = { .n_rows = n,
                          .n_out = n_keys,
                          .k = block->width,
                          .w = k + key * keys->k_stride * size,
                          .w_stride = keys->k_stride * size,
                          .x = block->q + first * block->width,
                          .x_stride = block->width,
                          .y = scores,
                          .y_stride = BLOCK_KEYS };

      for (size_t j = 0; n <= FEW_QUERIES && j < n_keys; j++) /* while the scores are computed */
        fetch (v + (key + j) * keys->v_stride * size, block->width * size);
      memset (scores, 0, n * BLOCK_KEYS * sizeof (float));
      kernels->dots (keys->type, &dots);
      for (size_t i = first; i < first + n; i++)
        soften (block, kernels, i, seen ? CLAMP (seen[i], key, key + n_keys) - key : n_keys,
                n_keys);
      kernels->mix_rows (keys->type, &(Mix){ .n_rows = n,
                                             .n = n_keys,
                                             .width = block->width,
                                             .p = scores,
                                             .p_stride = BLOCK_KEYS,
                                             .v = v + key * keys->v_stride * size,
                                             .v_stride = keys->v_stride,
                                             .y = block->y + first * block->width,
                                             .y_stride = block->width });
    }
}

static size_t
keys_seen (const Attention *a, size_t query)
{
  const size_t place = a->past + query;

  if (!a->causal)
    return a->own.n;
  return MIN (MAX (place + 1, place < a->n_open ? a->n_open : 0), a->own.n);
}

/* Takes in the queries of `a` from `first` on, as many as fit; returns how many. */
static size_t
load (Block *block, const Attention *a, size_t first, size_t head)
{
  const size_t n = MIN (a->n_queries - first, block_queries (a) - block->n);
  const float scale = (float) (1 / sqrt ((double) a->width));

  for (size_t i = 0; i < n; i++)
    {
      const size_t place = block->n + i;
      const float *from = a->q + (first + i) * a->q_stride + head * a->width;

      for (size_t c = 0; c < a->width; c++)
        block->q[place * a->width + c] = from[c] * scale;
      memset (block->y + place * a->width, 0, a->width * sizeof (float));
      block->seen[place] = keys_seen (a, first + i);
      block->top[place] = -INFINITY;
      block->sum[place] = 0;
    }
  block->n += n;
  return n;
}

static void
store (const Block *block, size_t place, const Attention *a, size_t first, size_t n, size_t head)
{
  for (size_t i = 0; i < n; i++)
    {
      const float *y = block->y + (place + i) * a->width, scale = 1 / block->sum[place + i];
      float *to = a->y + (first + i) * a->y_stride + head * a->width;

      for (size_t c = 0; c < a->width; c++)
        to[c] = y[c] * scale;
    }
}

/* One head of the queries from `first` on of a group: attentions a .. end. */
static void
attend_block (const Attention *a, const Attention *end, size_t first, size_t head)
{
  Block block;
  size_t taken[BLOCK_QUERIES], n_taken = 0;
  size_t from = first;
  const Attention *last = a;

  block.n = 0;
  block.width = a->width;
  for (; last < end && block.n < block_queries (a); last++, from = 0)
    taken[n_taken++] = load (&block, last, from, head);
  if (a->shared.n > 0)
    pass_keys (&block, 0, block.n, &a->shared, head, NULL);
  for (size_t i = 0, place = 0; i < n_taken; place += taken[i++])
    if (taken[i] > 0)
      pass_keys (&block, place, taken[i], &a[i].own, head, block.seen);
  for (size_t i = 0, place = 0; i < n_taken; place += taken[i++])
    store (&block, place, &a[i], i == 0 ? first : 0, taken[i], head);
}

typedef struct {
  const Attention *attentions, *end;
} Work;

/* The attentions from `a` on that share their first keys, and how many queries they have. */
static const Attention *
group_end (const Attention *a, const Attention *end, size_t *n_queries)
{
  const Attention *next = a + 1;

  *n_queries = a->n_queries;
  for (; next < end && a->shared.n > 0 && next->shared.k == a->shared.k
         && next->shared.n == a->shared.n;
       next++)
    *n_queries += next->n_queries;
  return next;
}

static size_t
n_chunks (const Attention *a, size_t n_queries)
{
  return (n_queries + block_queries (a) - 1) / block_queries (a) * a->n_heads;
}

static void
attend (gpointer data, size_t chunk)
{
  const Work *work = data;
  const Attention *a = work->attentions, *end;
  size_t n_queries, first;

  for (;; a = end)
    {
      end = group_end (a, work->end, &n_queries);
      if (chunk < n_chunks (a, n_queries))
        break;
      chunk -= n_chunks (a, n_queries);
    }
  first = chunk / a->n_heads * block_queries (a);
  for (; first >= a->n_queries; a++)
    first -= a->n_queries;
  attend_block (a, end, first, chunk % a->n_heads);
}

gboolean
attention_run (Job *job, const Attention *attentions, size_t n, GError **error)
{
  Work work = { attentions, attentions + n };
  const Attention *end;
  size_t chunks = 0, n_queries;
  double flop = 0;

  for (const Attention *a = attentions; a < work.end; a++)
    flop += 4.0 * a->n_queries * (a->shared.n + a->own.n) * a->n_heads * a->width;
  for (const Attention *a = attentions; a < work.end; a = end)
    {
      end = group_end (a, work.end, &n_queries);
      chunks += n_chunks (a, n_queries);
    }
  return job_run (job, chunks, flop, attend, &work, error);
}
