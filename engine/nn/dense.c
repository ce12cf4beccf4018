#include "nn/dense.h"
#include "base/buffer.h"
#include "nn/kernels.h"
#include <string.h>

enum {
  FEW_ROWS = 16,        /* up to here weights are widened in the product itself, not before it */
  FEW_OUT = 64,         /* outputs of a chunk: 5 us of memory for 1024 inputs in 16 bits */
  MANY_OUT = 32,        /* with FEW_ROWS rows or more: a widened block of 128 KiB stays in L2 */
  MANY_ROWS = 96,       /* inputs of a block: 5 % quicker than all 256 of a strip at once */
  MANY_FLOP = 50000000, /* with less a phase is over before anybody need be asked */
  SKEW = 16, /* floats between widened rows, so that they do not share the ways of the L1 */
};

void
dense_clear (Dense *dense)
{
  rows_clear (&dense->weight);
  g_clear_pointer (&dense->bias, buffer_free);
}

static size_t
n_groups (size_t n_in)
{
  return (n_in + Q8_GROUP - 1) / Q8_GROUP;
}

size_t
dense_room (size_t n_rows, size_t n_in)
{
  return n_rows * n_groups (n_in) * (Q8_GROUP / sizeof (float) + 1);
}

typedef struct {
  const RowKernels *kernels;
  const DenseOutput *outputs;
  size_t n_rows, n_in, chunk_out;
  const float *x;
  float *x_scales; /* [n_rows][groups] */
  gint8 *x_q8;     /* [n_rows][groups * 32] */
} Product;

static void
quantise_row (gpointer data, size_t row)
{
  const Product *product = data;
  const size_t groups = n_groups (product->n_in);

  product->kernels->quantise (product->n_in, product->x + row * product->n_in,
                              product->x_q8 + row * groups * Q8_GROUP,
                              product->x_scales + row * groups);
}

/* y becomes what the products are added to. */
static void
begin (const Product *product, const DenseOutput *output, size_t first, size_t n)
{
  const size_t n_out = output->dense->weight.n;
  const float *bias = output->dense->bias;

  for (size_t row = 0; row < product->n_rows; row++)
    {
      float *y = output->y + row * n_out + first;

      if (output->mode != DENSE_ADD)
        memset (y, 0, n * sizeof (float));
      for (size_t i = 0; bias && i < n; i++)
        y[i] += bias[first + i];
    }
}

static void
multiply_q8 (const Product *product, const Rows *weight, size_t first, size_t n, float *y)
{
  const DotsQ8 dots = { .n_rows = product->n_rows,
                        .n_out = n,
                        .k = weight->k,
                        .w = (const gint8 *) weight->data + first * weight->k,
                        .w_scales = weight->scales + 2 * first * n_groups (weight->k),
                        .x = product->x_q8,
                        .x_scales = product->x_scales,
                        .y = y,
                        .y_stride = weight->n };

  product->kernels->dots_q8 (&dots);
}

/* n <= MANY_OUT outputs of many rows, in blocks of inputs and of rows that stay in L2. */
static void
multiply_blocks (const Product *product, const Rows *weight, size_t first, size_t n, float *y)
{
  const size_t stride = rows_stride (weight), size = stride / weight->k;
  float widened[MANY_OUT * (DOTS_BLOCK + SKEW)];

  for (size_t from = 0; from < weight->k; from += DOTS_BLOCK)
    {
      const guint8 *w = weight->data + first * stride + from * size;
      const size_t k = MIN (DOTS_BLOCK, weight->k - from);
      const gboolean in_place = weight->type == ROWS_F32;
      Dots dots = { .n_out = n,
                    .k = k,
                    .w = in_place ? (const void *) w : widened,
                    .w_stride = in_place ? stride : (DOTS_BLOCK + SKEW) * sizeof (float),
                    .x_stride = product->n_in,
                    .y_stride = weight->n };

      for (size_t i = 0; !in_place && i < n; i++)
        product->kernels->widen (weight->type, k, w + i * stride,
                                 widened + i * (DOTS_BLOCK + SKEW));
      for (size_t row = 0; row < product->n_rows; row += MANY_ROWS)
        {
          dots.n_rows = MIN (MANY_ROWS, product->n_rows - row);
          dots.x = product->x + row * product->n_in + from;
          dots.y = y + row * weight->n;
          product->kernels->dots (ROWS_F32, &dots);
        }
    }
}

static void
multiply_in_place (const Product *product, const Rows *weight, size_t first, size_t n, float *y)
{
  const Dots dots = { .n_rows = product->n_rows,
                      .n_out = n,
                      .k = weight->k,
                      .w = weight->data + first * rows_stride (weight),
                      .w_stride = rows_stride (weight),
                      .x = product->x,
                      .x_stride = product->n_in,
                      .y = y,
                      .y_stride = weight->n };

  product->kernels->dots (weight->type, &dots);
}

static size_t
n_chunks (const Product *product, const DenseOutput *output)
{
  return (output->dense->weight.n + product->chunk_out - 1) / product->chunk_out;
}

static void
run_chunk (gpointer data, size_t chunk)
{
  const Product *product = data;
  const DenseOutput *output = product->outputs;
  const Rows *weight;
  size_t first, n;
  float *y;

  for (; chunk >= n_chunks (product, output); output++)
    chunk -= n_chunks (product, output);
  weight = &output->dense->weight;
  first = chunk * product->chunk_out;
  n = MIN (product->chunk_out, weight->n - first);
  y = output->y + first;
  begin (product, output, first, n);
  if (weight->type == ROWS_I8)
    multiply_q8 (product, weight, first, n, y);
  else if (product->n_rows >= FEW_ROWS)
    multiply_blocks (product, weight, first, n, y);
  else
    multiply_in_place (product, weight, first, n, y);
  for (size_t row = 0; output->mode == DENSE_GELU && row < product->n_rows; row++)
    product->kernels->gelu (n, y + row * weight->n);
}

gboolean
dense_run (Job *job, size_t n_rows, const float *x, const DenseOutput *outputs, size_t n,
           float *room, GError **error)
{
  Product product = { .kernels = &kernels_best ()->rows,
                      .outputs = outputs,
                      .n_rows = n_rows,
                      .n_in = outputs[0].dense->weight.k,
                      .chunk_out = n_rows < FEW_ROWS ? FEW_OUT : MANY_OUT,
                      .x = x,
                      .x_scales = room };
  gboolean q8 = FALSE;
  size_t chunks = 0;
  double flop = 0;

  product.x_q8 = (gint8 *) (room + n_rows * n_groups (product.n_in));
  for (size_t i = 0; i < n; i++)
    {
      g_assert (outputs[i].dense->weight.k == product.n_in);
      q8 |= outputs[i].dense->weight.type == ROWS_I8;
      chunks += n_chunks (&product, &outputs[i]);
      flop += dense_flop (outputs[i].dense, (double) n_rows);
    }
  if (q8 && n_rows < FEW_ROWS) /* too little for a phase of its own */
    for (size_t row = 0; row < n_rows; row++)
      quantise_row (&product, row);
  else if (q8)
    pool_run (job->pool, n_rows, quantise_row, &product);
  if (flop > MANY_FLOP)
    return job_run (job, chunks, flop, run_chunk, &product, error);
  pool_run (job->pool, chunks, run_chunk, &product);
  return job_advance (job, flop, error);
}
