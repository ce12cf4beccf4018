#include "nn/conv.h"
#include <string.h>

gboolean
conv_init (Conv *conv, ConvKind kind, int kernel, int n_in, int n_out, const float *weight,
           const float *bias, GError **error)
{
  const size_t taps = (size_t) kernel * kernel, n = taps * n_in;
  buffer_auto float *ordered = buffer_new ((size_t) n_out, n * sizeof (float), "weights", error);

  *conv = (Conv){ .kind = kind, .kernel = kernel };
  if (!ordered)
    return FALSE;
  for (size_t out = 0; out < (size_t) n_out; out++)
    for (size_t in = 0; in < (size_t) n_in; in++)
      for (size_t tap = 0; tap < taps; tap++)
        ordered[out * n + tap * n_in + in] = weight[(out * n_in + in) * taps + tap];
  return linear_init (&conv->linear, n, n_out, ordered, bias, error);
}

void
conv_clear (Conv *conv)
{
  linear_clear (&conv->linear);
}

static int
channels_in (const Conv *conv)
{
  return (int) (conv->linear.n_in / (size_t) (conv->kernel * conv->kernel));
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
  return linear_flop (&conv->linear,
                      (double) conv_out_side (conv, height) * conv_out_side (conv, width));
}

typedef struct {
  const Conv *conv;
  const Kernels *kernels;
  const Map *in;
  Map *bordered, *out;
} Work;

/* Row `row` of the bordered copy: zeros outside, each pixel twice when enlarging. */
static void
copy_row (gpointer data, size_t row)
{
  const Work *work = data;
  const Map *in = work->in, *to = work->bordered;
  const int scale = work->conv->kind == CONV_UP ? 2 : 1;
  const int border = work->conv->kind == CONV_DOWN ? 0 : 1; /* on the left and above */
  const int y = (int) row - border;
  float *place = to->data + row * to->width * to->channels;

  if (y < 0 || y >= in->height * scale)
    return; /* buffer_new has zeroed it */

  const float *source = in->data + (size_t) (y / scale) * in->width * in->channels;

  place += border * in->channels;
  if (scale == 1)
    {
      memcpy (place, source, sizeof (float) * in->width * in->channels);
      return;
    }
  for (int x = 0; x < in->width * 2; x++)
    memcpy (place + (size_t) x * in->channels, source + (size_t) (x / 2) * in->channels,
            sizeof (float) * in->channels);
}

static void
run_row (gpointer data, size_t row)
{
  const Work *work = data;
  const Conv *conv = work->conv;
  const Map *from = work->bordered ? work->bordered : work->in, *out = work->out;
  const size_t stride = conv->kind == CONV_DOWN ? 2 : 1;
  const size_t line = (size_t) from->width * from->channels;
  PanelShape shape = { .segments = conv->kernel,
                       .k = (size_t) conv->kernel * from->channels,
                       .row_stride = stride * from->channels,
                       .segment_stride = line,
                       .out_stride = out->channels };
  const float *x = from->data + row * stride * line;
  float *y = out->data + row * out->width * out->channels;

  for (size_t panel = 0; panel < linear_n_panels (&conv->linear); panel++)
    for (size_t col = 0; col < (size_t) out->width; col += PANEL_ROWS)
      {
        shape.rows = MIN (PANEL_ROWS, (size_t) out->width - col);
        linear_panel (work->kernels, &conv->linear, &shape, panel, x + col * shape.row_stride,
                      y + col * out->channels);
      }
}

gboolean
conv_run (Job *job, const Conv *conv, const Map *in, Map *out, GError **error)
{
  const int height = conv_out_side (conv, in->height), width = conv_out_side (conv, in->width);
  const int scale = conv->kind == CONV_UP ? 2 : 1, border = conv->kind == CONV_DOWN ? 1 : 2;
  g_auto (Map) bordered = { 0 };
  Work work = { .conv = conv, .kernels = kernels_best (), .in = in, .out = out };

  g_assert (in->channels == channels_in (conv) && height > 0 && width > 0);
  if (conv->kernel == 3)
    {
      if (!map_init (&bordered, in->height * scale + border, in->width * scale + border,
                     in->channels, error))
        return FALSE;
      work.bordered = &bordered;
      pool_run (job->pool, bordered.height, copy_row, &work);
    }
  if (!map_init (out, height, width, (int) conv->linear.n_out, error))
    return FALSE;
  pool_run (job->pool, height, run_row, &work);
  if (job_advance (job, conv_flop (conv, in->height, in->width), error))
    return TRUE;
  map_clear (out);
  return FALSE;
}

typedef struct {
  const Conv *conv;
  const guint8 *labels; /* [out->height][out->width] */
  Map *out;
} LabelWork;

/* Adds up the (at most) nine columns of the weights that the labels around one pixel choose. */
static void
look_up (const LabelWork *work, int row, int col, size_t panel, float *sum)
{
  const Linear *linear = &work->conv->linear;
  const float *weights = linear->panels + panel * linear->n_in * PANEL_COLS;
  const int height = work->out->height, width = work->out->width;
  const size_t n_in = channels_in (work->conv);

  memcpy (sum, linear->bias + panel * PANEL_COLS, PANEL_COLS * sizeof (float));
  for (int tap = 0; tap < 9; tap++)
    {
      const int y = row + tap / 3 - 1, x = col + tap % 3 - 1;

      if (y < 0 || y >= height || x < 0 || x >= width)
        continue;

      const float *column =
          weights + (tap * n_in + work->labels[(size_t) y * width + x]) * PANEL_COLS;

      for (int j = 0; j < PANEL_COLS; j++)
        sum[j] += column[j];
    }
}

static void
label_row (gpointer data, size_t row)
{
  const LabelWork *work = data;
  const size_t n_out = work->out->channels, width = work->out->width;
  float sum[PANEL_COLS];

  for (size_t panel = 0; panel < linear_n_panels (&work->conv->linear); panel++)
    for (size_t col = 0; col < width; col++)
      {
        const size_t first = panel * PANEL_COLS;

        look_up (work, (int) row, (int) col, panel, sum);
        memcpy (work->out->data + (row * width + col) * n_out + first, sum,
                MIN (PANEL_COLS, n_out - first) * sizeof (float));
      }
}

gboolean
conv_run_labels (Job *job, const Conv *conv, const guint8 *labels, int height, int width, Map *out,
                 GError **error)
{
  LabelWork work = { conv, labels, out };

  g_assert (conv->kernel == 3 && conv->kind == CONV_SAME);
  if (!map_init (out, height, width, (int) conv->linear.n_out, error))
    return FALSE;
  pool_run (job->pool, height, label_row, &work);
  if (job_advance (job, conv_flop (conv, height, width), error))
    return TRUE;
  map_clear (out);
  return FALSE;
}
