/* What the files of the convolution share; nobody else includes it. */
#pragma once
#include "nn/conv.h"
#include "nn/kernels.h"

/* One convolution at work. */
typedef struct {
  const Conv *conv;
  const Kernels *kernels;
  const Norm *norm;           /* NULL = none */
  const float *gain, *offset; /* [n_in] where it is a group norm */
  const Map *in;
  Map *out;
  gboolean add;
  double *sums; /* [slots][2][n_out]; NULL where nobody asks */
} ConvRun;

/* Memory of the threads at work: a task takes one of n_threads places and gives it back. */
typedef struct {
  int n;
  gint *taken; /* [n] */
  guint8 *memory;
  size_t bytes; /* of one place */
} Places;

guint8 *places_take (const Places *places);
void places_give (const Places *places, guint8 *place);

/* Hands out parts of one piece of memory, each aligned to 64 bytes. Without memory it only adds
 * up what is needed. */
typedef struct {
  guint8 *memory;
  size_t used;
} Carver;

void *carve (Carver *carver, size_t n, size_t size);
void carve_places (Carver *carver, int n_threads, size_t bytes, Places *places);

/* Memory of at least that size, and any content. */
void *scratch_take (Scratch *scratch, size_t bytes, GError **error);

/* n pixels from (y, x) of what the convolution sees - enlarged, normalised, zeros outside - each
 * `stride` floats wide; what lies between n_in and stride is left alone. */
void conv_read (const ConvRun *run, int y, int x, int n, size_t stride, float *to);

/* The number of channels of output panel `panel`. */
static inline size_t
panel_width (const Conv *conv, size_t panel)
{
  return MIN (PANEL_COLS, conv->n_out - panel * PANEL_COLS);
}

static inline size_t
n_panels (const Conv *conv)
{
  return ((size_t) conv->n_out + PANEL_COLS - 1) / PANEL_COLS;
}

/* Both: run->sums is theirs to carve, out has its shape. */
gboolean conv_run_wino (Job *job, ConvRun *run, gboolean sums, Scratch *scratch, GError **error);
gboolean conv_run_direct (Job *job, ConvRun *run, gboolean sums, Scratch *scratch, GError **error);
gsize conv_bytes_wino (const Conv *conv, int n_threads, int height, int width);
gsize conv_bytes_direct (const Conv *conv, int n_threads, int height, int width);

/* The weights of one panel as binary32, [panel_width][n_in][kernel][kernel]. */
void conv_widen_panel (const Conv *conv, size_t panel, float *to);

/* Weights as the panel kernel takes them, [n_panels][kernel * kernel][n_in][PANEL_COLS]; widened:
 * room for PANEL_COLS * n_in * kernel * kernel floats. */
void conv_pack_panel (const Conv *conv, size_t panel, float *widened, float *packed);

/* out->sums = the total of the slots. */
gboolean conv_take_sums (Map *out, size_t n_slots, const double *slots, GError **error);
