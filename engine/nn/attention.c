#include "nn/attention.h"
#include "nn/kernels.h"
#include <cblas.h>
#include <math.h>
#include <string.h>

enum {
  BLOCK_QUERIES = 32,
  BLOCK_KEYS = 256, /* scores of a block: 32 KiB on the stack */
  FEW_QUERIES = 4,  /* below, the vector kernels beat a matrix product */
};

/* Running softmax of a block of queries: Milakov and Gimelshein, arXiv 1805.02867. */
typedef struct {
  float scores[BLOCK_QUERIES * BLOCK_KEYS];
  float top[BLOCK_QUERIES];
  double sum[BLOCK_QUERIES];
} Softmax;

static void
score_block (const Attention *a, const float *q, size_t n_q, const float *k, size_t n_k,
             float *scores)
{
  if (n_q > FEW_QUERIES)
    cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (blasint) n_q, (blasint) n_k,
                 (blasint) a->width, 1, q, (blasint) a->q_stride, k, (blasint) a->k_stride, 0,
                 scores, BLOCK_KEYS);
  else
    for (size_t i = 0; i < n_q; i++)
      kernels_best ()->scores (n_k, a->width, q + i * a->q_stride, k, a->k_stride,
                               scores + i * BLOCK_KEYS);
}

static void
mix_block (const Attention *a, const float *scores, size_t n_q, const float *v, size_t n_k,
           float *y)
{
  if (n_q > FEW_QUERIES)
    cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (blasint) n_q, (blasint) a->width,
                 (blasint) n_k, 1, scores, BLOCK_KEYS, v, (blasint) a->v_stride, 1, y,
                 (blasint) a->y_stride);
  else
    for (size_t i = 0; i < n_q; i++)
      kernels_best ()->mix (n_k, a->width, scores + i * BLOCK_KEYS, v, a->v_stride,
                            y + i * a->y_stride);
}

/* Turns the raw scores of one query into weights relative to the running maximum, of which keys
 * from `visible` on are 0, and rescales what has been summed up so far. */
static void
soften (Softmax *softmax, size_t query, size_t visible, size_t n_k, float scale, float *y,
        size_t width)
{
  float *scores = softmax->scores + query * BLOCK_KEYS, top = softmax->top[query];
  double sum = 0;

  for (size_t j = 0; j < visible; j++)
    {
      scores[j] *= scale;
      top = MAX (top, scores[j]);
    }

  const float shrink = visible ? expf (softmax->top[query] - top) : 1;

  for (size_t j = 0; j < visible; j++)
    {
      scores[j] = expf (scores[j] - top);
      sum += scores[j];
    }
  memset (scores + visible, 0, (n_k - visible) * sizeof (float));
  for (size_t i = 0; i < width && shrink != 1; i++)
    y[i] *= shrink;
  softmax->sum[query] = softmax->sum[query] * shrink + sum;
  softmax->top[query] = top;
}

static void
attend_block (const Attention *a, size_t head, size_t first, size_t n_q)
{
  Softmax softmax;
  const float scale = (float) (1 / sqrt ((double) a->width));
  const float *q = a->q + first * a->q_stride + head * a->width;
  float *y = a->y + first * a->y_stride + head * a->width;
  const size_t past = a->causal ? a->n_keys - a->n_queries : a->n_keys;
  const size_t end = a->causal ? past + first + n_q : a->n_keys; /* nobody sees further */

  for (size_t i = 0; i < n_q; i++)
    {
      softmax.top[i] = -INFINITY;
      softmax.sum[i] = 0;
      memset (y + i * a->y_stride, 0, a->width * sizeof (float));
    }
  for (size_t key = 0; key < end; key += BLOCK_KEYS)
    {
      const size_t n_k = MIN (BLOCK_KEYS, end - key);

      score_block (a, q, n_q, a->k + key * a->k_stride + head * a->width, n_k, softmax.scores);
      for (size_t i = 0; i < n_q; i++)
        {
          const size_t seen = a->causal ? past + first + i + 1 : a->n_keys;
          const size_t visible = seen > key ? MIN (seen - key, n_k) : 0;

          soften (&softmax, i, visible, n_k, scale, y + i * a->y_stride, a->width);
        }
      mix_block (a, softmax.scores, n_q, a->v + key * a->v_stride + head * a->width, n_k, y);
    }
  for (size_t i = 0; i < n_q; i++)
    for (size_t c = 0; c < a->width; c++)
      y[i * a->y_stride + c] = (float) (y[i * a->y_stride + c] / softmax.sum[i]);
}

typedef struct {
  const Attention *attentions;
  size_t n;
} Work;

static size_t
n_blocks (const Attention *a)
{
  return (a->n_queries + BLOCK_QUERIES - 1) / BLOCK_QUERIES;
}

static void
attend (gpointer data, size_t chunk)
{
  const Work *work = data;
  const Attention *a = work->attentions;

  for (; chunk >= n_blocks (a) * a->n_heads; a++)
    chunk -= n_blocks (a) * a->n_heads;

  const size_t first = chunk / a->n_heads * BLOCK_QUERIES;

  attend_block (a, chunk % a->n_heads, first, MIN (BLOCK_QUERIES, a->n_queries - first));
}

gboolean
attention_run (Job *job, const Attention *attentions, size_t n, GError **error)
{
  static gsize once;
  Work work = { attentions, n };
  size_t n_chunks = 0;
  double flop = 0;

  if (g_once_init_enter (&once))
    {
      openblas_set_num_threads (1); /* its threads would fight with the pool's */
      g_once_init_leave (&once, 1);
    }
  for (size_t i = 0; i < n; i++)
    {
      const Attention *a = &attentions[i];

      n_chunks += n_blocks (a) * a->n_heads;
      flop += 4.0 * a->n_queries * a->n_keys * a->n_heads * a->width;
    }
  pool_run (job->pool, n_chunks, attend, &work);
  return job_advance (job, flop, error);
}
