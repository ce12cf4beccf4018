#include "nn/conv_private.h"
#include <string.h>

enum { ALIGN = 64 };

gboolean
conv_init (Conv *conv, ConvKind kind, int kernel, int n_in, int n_out, Rows weight,
           const float *bias, GError **error)
{
  *conv = (Conv){ .kind = kind, .kernel = kernel, .n_in = n_in, .n_out = n_out, .weight = weight };
  conv->bias = buffer_new (n_panels (conv) * PANEL_COLS, sizeof (float), "weights", error);
  if (!conv->bias)
    return FALSE;
  memcpy (conv->bias, bias, n_out * sizeof (float));
  return TRUE;
}

void
conv_clear (Conv *conv)
{
  rows_clear (&conv->weight);
  g_clear_pointer (&conv->bias, buffer_free);
}

int
conv_out_side (const Conv *conv, int side)
{
  switch (conv->kind)
    {
    case CONV_DOWN:
      return side / 2; /* the border is never touched for odd sides */
    case CONV_UP:
      return 2 * side;
    default:
      return side;
    }
}

double
conv_flop (const Conv *conv, int height, int width)
{
  return 2.0 * conv->kernel * conv->kernel * conv->n_in * conv->n_out * conv_out_side (conv, height)
         * conv_out_side (conv, width);
}

guint8 *
places_take (const Places *places)
{
  for (;;) /* there is a place for every thread, so one is free */
    for (int i = 0; i < places->n; i++)
      if (g_atomic_int_compare_and_exchange (&places->taken[i], FALSE, TRUE))
        return places->memory + i * places->bytes;
}

void
places_give (const Places *places, guint8 *place)
{
  g_atomic_int_set (&places->taken[(place - places->memory) / (gssize) places->bytes], FALSE);
}

void *
carve (Carver *carver, size_t n, size_t size)
{
  void *part = carver->memory ? carver->memory + carver->used : NULL;

  carver->used += (n * size + ALIGN - 1) / ALIGN * ALIGN;
  return part;
}

void
carve_places (Carver *carver, int n_threads, size_t bytes, Places *places)
{
  bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN + ALIGN; /* apart from the neighbour's last line */
  *places = (Places){ .n = n_threads, .bytes = bytes };
  places->taken = carve (carver, n_threads, sizeof *places->taken);
  places->memory = carve (carver, n_threads, bytes);
  if (places->taken)
    memset (places->taken, 0, n_threads * sizeof *places->taken);
}

void *
scratch_take (Scratch *scratch, size_t bytes, GError **error)
{
  if (scratch->bytes >= bytes && scratch->memory)
    return scratch->memory;
  scratch_clear (scratch);
  scratch->memory = buffer_new_unset (bytes, 1, "a convolution", error);
  scratch->bytes = scratch->memory ? bytes : 0;
  return scratch->memory;
}

void
scratch_clear (Scratch *scratch)
{
  buffer_free (scratch->memory);
  *scratch = (Scratch){ 0 };
}

gboolean
conv_take_sums (Map *out, size_t n_slots, const double *slots, GError **error)
{
  map_forget_sums (out);
  out->sums = buffer_new_unset (2 * (size_t) out->channels, sizeof (double), "sums", error);
  if (!out->sums)
    return FALSE;
  norm_total (n_slots, out->channels, slots, out->sums);
  return TRUE;
}

void
conv_widen_panel (const Conv *conv, size_t panel, float *to)
{
  const size_t size = (size_t) conv->n_in * conv->kernel * conv->kernel;
  const size_t bytes = size * (conv->weight.type == ROWS_F32 ? sizeof (float) : sizeof (guint16));

  kernels_best ()->rows.widen (conv->weight.type, panel_width (conv, panel) * size,
                               conv->weight.data + panel * PANEL_COLS * bytes, to);
}

void
conv_pack_panel (const Conv *conv, size_t panel, float *widened, float *packed)
{
  const size_t taps = (size_t) conv->kernel * conv->kernel, n_in = conv->n_in;
  const size_t n = panel_width (conv, panel), size = n_in * taps;

  conv_widen_panel (conv, panel, widened);
  for (size_t tap = 0; tap < taps; tap++)
    for (size_t in = 0; in < n_in; in++, packed += PANEL_COLS)
      for (size_t out = 0; out < PANEL_COLS; out++)
        packed[out] = out < n ? widened[out * size + in * taps + tap] : 0;
}

/* Pixels that exist, x to x + n of row y. */
static void
read_inside (const ConvRun *run, int y, int x, int n, size_t stride, float *to)
{
  const ConvKernels *kernels = &run->kernels->conv;
  const Map *in = run->in;
  const size_t channels = in->channels;
  const int scale = run->conv->kind == CONV_UP ? 2 : 1;
  const float *line = in->data + (size_t) (y / scale) * in->width * channels;
  const float *from = line + x * channels;

  if (run->norm && run->norm->kind == NORM_GROUP)
    kernels->scale_swish (n, channels, from, run->gain, run->offset, to, stride);
  else if (run->norm)
    kernels->layer_norm (n, channels, from, run->norm->scale, run->norm->shift, run->norm->epsilon,
                         TRUE, to, stride);
  else if (scale == 1 && stride == channels)
    memcpy (to, from, n * channels * sizeof (float));
  else
    for (int i = 0; i < n; i++)
      memcpy (to + i * stride, line + (x + i) / scale * channels, channels * sizeof (float));
}

void
conv_read (const ConvRun *run, int y, int x, int n, size_t stride, float *to)
{
  const int scale = run->conv->kind == CONV_UP ? 2 : 1;
  const int height = run->in->height * scale, width = run->in->width * scale;
  const int first = CLAMP (-x, 0, n), end = CLAMP (width - x, first, n); /* that exist */

  if (y < 0 || y >= height)
    {
      memset (to, 0, n * stride * sizeof (float));
      return;
    }
  memset (to, 0, first * stride * sizeof (float));
  read_inside (run, y, x + first, end - first, stride, to + first * stride);
  memset (to + end * stride, 0, (n - end) * stride * sizeof (float));
}

static gboolean
is_wino (const Conv *conv)
{
  return conv->kernel == 3 && conv->kind != CONV_DOWN && conv->n_in >= LANES_MAX;
}

static gboolean
shape_out (const Conv *conv, ConvFlags flags, int height, int width, Map *out, GError **error)
{
  g_assert (height > 0 && width > 0);
  if (!(flags & CONV_ADD))
    return map_shape (out, height, width, conv->n_out, error);
  g_assert (out->height == height && out->width == width && out->channels == conv->n_out);
  map_forget_sums (out);
  return TRUE;
}

gboolean
conv_run (Job *job, const Conv *conv, const Norm *norm, ConvFlags flags, Scratch *scratch,
          const Map *in, Map *out, GError **error)
{
  buffer_auto float *affine = NULL;
  ConvRun run = { .conv = conv,
                  .kernels = kernels_best (),
                  .norm = norm,
                  .in = in,
                  .out = out,
                  .add = (flags & CONV_ADD) != 0 };

  g_assert (in->channels == conv->n_in
            && (!norm || (conv->kernel == 3 && conv->kind == CONV_SAME)));
  if (norm && norm->kind == NORM_GROUP)
    {
      affine = buffer_new (2 * (size_t) conv->n_in, sizeof (float), "sums", error);
      if (!affine || !norm_affine (job, norm, in, affine, affine + conv->n_in, error))
        return FALSE;
      run.gain = affine;
      run.offset = affine + conv->n_in;
    }
  return shape_out (conv, flags, conv_out_side (conv, in->height), conv_out_side (conv, in->width),
                    out, error)
         && (is_wino (conv) ? conv_run_wino : conv_run_direct) (job, &run, flags & CONV_SUMS,
                                                                scratch, error);
}

gsize
conv_bytes (const Conv *conv, int n_threads, int height, int width)
{
  return (is_wino (conv) ? conv_bytes_wino : conv_bytes_direct) (conv, n_threads, height, width);
}
