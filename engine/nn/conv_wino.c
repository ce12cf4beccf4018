/* 3x3 convolutions by Winograd. The output is cut into tiles of 4 x 4, the tiles into blocks of a few
 * rows and columns, small enough that what belongs to one stays in the cache of a core.
 *
 * Large maps: all weights are transformed first; a task is some blocks one below the other, each
 * read, transformed, multiplied with all panels of weights and written. Small maps with many
 * channels: all inputs are transformed first; a task is one panel of weights, transformed where it
 * is used, with all blocks or a part of them. So whichever is smaller is kept. */
#include "nn/conv_private.h"

enum { N_TASKS = 16 }; /* at least, if there are as many blocks */

/* Work of a task as a direct convolution, zeros that fill up panels included: a few milliseconds, in
 * plain C some ten, so that a person who stops need not wait. A block may be more. */
static const double TASK_FLOP = 5e8;

typedef struct {
  ConvRun *run;
  size_t channels;                           /* n_in, padded */
  size_t rows, cols, block_rows, block_cols; /* in tiles */
  size_t n_strips, n_bands, bands_of_task, n_tasks;
  gboolean by_panels;
  size_t n_parts; /* of the blocks; by_panels: a task is a panel with one of them */
  float *inputs;  /* V of all blocks; by_panels */
  float *weights; /* U of all panels; else */
  Places places;
} Wino;

/* What a task works with. */
typedef struct {
  float *band;    /* inputs of a block, [4 * block_rows + 2][4 * block_cols + 2][channels] */
  float *widened; /* weights of a panel as in the file */
  float *v, *u, *m;
} Place;

/* One block: where it begins and what of it there is, in tiles. */
typedef struct {
  size_t row, col, rows, cols;
} Block;

static size_t
divide_up (size_t n, size_t by)
{
  return (n + by - 1) / by;
}

static void
plan (Wino *wino, const ConvRun *run, int height, int width)
{
  const size_t tiles = run->kernels->conv.tiles;
  double panel_flop, block_flop;

  wino->channels = divide_up (run->conv->n_in, LANES_MAX) * LANES_MAX;
  wino->rows = divide_up (height, WINO_OUT);
  wino->cols = divide_up (width, WINO_OUT);
  wino->n_strips = divide_up (wino->cols, tiles);
  wino->block_cols = divide_up (wino->cols, wino->n_strips);
  wino->block_rows = CLAMP (tiles / wino->block_cols, 1, wino->rows);
  wino->n_bands = divide_up (wino->rows, wino->block_rows);
  panel_flop = 2.0 * 9 * wino->channels * PANEL_COLS * WINO_OUT * WINO_OUT
               * (double) (wino->block_rows * wino->block_cols);
  block_flop = panel_flop * (double) n_panels (run->conv);
  wino->bands_of_task = MIN (wino->n_strips * wino->n_bands / N_TASKS, TASK_FLOP / block_flop);
  wino->bands_of_task = MAX (wino->bands_of_task, 1);
  wino->n_tasks = wino->n_strips * divide_up (wino->n_bands, wino->bands_of_task);
  wino->by_panels = wino->rows * wino->cols < (size_t) run->conv->n_out;
  wino->n_parts = 1 + panel_flop * wino->n_strips * wino->n_bands / TASK_FLOP;
}

static size_t
block_tiles (const Wino *wino)
{
  return wino->block_rows * wino->block_cols;
}

static size_t
n_slots (const Wino *wino)
{
  return wino->by_panels ? wino->n_parts : wino->n_tasks;
}

static size_t
carve_place (const Wino *wino, guint8 *memory, Place *place)
{
  const Conv *conv = wino->run->conv;
  const size_t pixels = (WINO_OUT * wino->block_rows + 2) * (WINO_OUT * wino->block_cols + 2);
  Carver carver = { memory, 0 };

  place->band = carve (&carver, pixels * wino->channels, sizeof (float));
  place->m = carve (&carver, WINO * block_tiles (wino) * PANEL_COLS, sizeof (float));
  place->widened = carve (&carver, (size_t) PANEL_COLS * conv->n_in * 9, sizeof (float));
  if (wino->by_panels)
    place->u = carve (&carver, WINO * wino->channels * PANEL_COLS, sizeof (float));
  else
    place->v = carve (&carver, WINO * block_tiles (wino) * wino->channels, sizeof (float));
  return carver.used;
}

static size_t
carve_all (Wino *wino, int n_threads, gboolean sums, void *memory)
{
  const Conv *conv = wino->run->conv;
  Carver carver = { memory, 0 };
  Place place;
  double *slots = NULL;

  if (sums)
    slots = carve (&carver, n_slots (wino) * 2 * conv->n_out, sizeof (double));
  if (wino->by_panels)
    wino->inputs = carve (&carver, wino->n_strips * wino->n_bands * WINO * block_tiles (wino),
                          wino->channels * sizeof (float));
  else
    wino->weights =
        carve (&carver, n_panels (conv) * WINO * wino->channels, PANEL_COLS * sizeof (float));
  carve_places (&carver, n_threads, carve_place (wino, NULL, &place), &wino->places);
  wino->run->sums = slots;
  return carver.used;
}

static void
transform_weights (const Wino *wino, size_t panel, float *widened, float *u)
{
  const Conv *conv = wino->run->conv;

  conv_widen_panel (conv, panel, widened);
  wino->run->kernels->conv.wino_weights (panel_width (conv, panel), conv->n_in, wino->channels,
                                         widened, u);
}

/* Reads the inputs of a block; `follows`: the block above it stands in the band, whose last two
 * rows are the first of this one. */
static void
read_band (const Wino *wino, const Block *block, gboolean follows, float *band)
{
  const int n = (int) (WINO_OUT * block->cols + 2), rows = (int) (WINO_OUT * block->rows + 2);
  const size_t line = n * wino->channels;
  const int y = (int) (WINO_OUT * block->row) - 1, x = (int) (WINO_OUT * block->col) - 1;

  if (follows)
    memcpy (band, band + WINO_OUT * wino->block_rows * line, 2 * line * sizeof (float));
  for (int row = follows ? 2 : 0; row < rows; row++)
    conv_read (wino->run, y + row, x, n, wino->channels, band + row * line);
}

static void
transform_block (const Wino *wino, const Block *block, const float *band, float *v)
{
  const size_t line = (WINO_OUT * block->cols + 2) * wino->channels;
  const WinoRun run = { .tiles = block->cols,
                        .row_stride = line,
                        .channels = wino->channels,
                        .step = block->rows * block->cols * wino->channels };

  for (size_t row = 0; row < block->rows; row++)
    wino->run->kernels->conv.wino_in (&run, band + row * WINO_OUT * line,
                                      v + row * block->cols * wino->channels);
}

/* Multiplies a block with a panel and writes the outputs; sums [2][PANEL_COLS] or NULL. */
static void
multiply_block (const Wino *wino, const Block *block, size_t panel, const float *v, const float *u,
                float *m, double *sums)
{
  const ConvKernels *kernels = &wino->run->kernels->conv;
  const Map *out = wino->run->out;
  const size_t tiles = block->rows * block->cols, channels = out->channels;
  const WinoRun run = { .tiles = block->cols,
                        .row_stride = out->width * channels,
                        .channels = channels,
                        .step = tiles * PANEL_COLS };

  kernels->wino_product (tiles, wino->channels, v, u, m);
  for (size_t row = 0; row < block->rows; row++)
    {
      const size_t y = WINO_OUT * (block->row + row), x = WINO_OUT * block->col;
      const WinoPart part = { .rows = MIN (WINO_OUT, out->height - y),
                              .cols = MIN (WINO_OUT * block->cols, out->width - x),
                              .channels = panel_width (wino->run->conv, panel) };

      kernels->wino_out (&run, &part, m + row * block->cols * PANEL_COLS,
                         wino->run->conv->bias + panel * PANEL_COLS, wino->run->add,
                         out->data + y * run.row_stride + x * channels + panel * PANEL_COLS, sums);
    }
}

static void
add_sums (const Wino *wino, size_t slot, size_t panel, const double *sums)
{
  const size_t n_out = wino->run->conv->n_out, n = panel_width (wino->run->conv, panel);
  double *to = wino->run->sums + slot * 2 * n_out + panel * PANEL_COLS;

  for (size_t i = 0; i < n; i++)
    {
      to[i] += sums[i];
      to[n_out + i] += sums[PANEL_COLS + i];
    }
}

static Block
block_at (const Wino *wino, size_t band, size_t strip)
{
  const size_t row = band * wino->block_rows, col = strip * wino->block_cols;

  return (Block){ row, col, MIN (wino->block_rows, wino->rows - row),
                  MIN (wino->block_cols, wino->cols - col) };
}

/* Strips by task, then bands from..end of it. */
static size_t
bands_of (const Wino *wino, size_t task, size_t *strip, size_t *first)
{
  *strip = task % wino->n_strips;
  *first = task / wino->n_strips * wino->bands_of_task;
  return MIN (*first + wino->bands_of_task, wino->n_bands);
}

static void
run_weights (gpointer data, size_t panel)
{
  const Wino *wino = data;
  guint8 *memory = places_take (&wino->places);
  Place place;

  carve_place (wino, memory, &place);
  transform_weights (wino, panel, place.widened,
                     wino->weights + panel * WINO * wino->channels * PANEL_COLS);
  places_give (&wino->places, memory);
}

static void
multiply_panels (const Wino *wino, const Block *block, size_t task, const Place *place)
{
  for (size_t panel = 0; panel < n_panels (wino->run->conv); panel++)
    {
      double sums[2 * PANEL_COLS] = { 0 };

      multiply_block (wino, block, panel, place->v,
                      wino->weights + panel * WINO * wino->channels * PANEL_COLS, place->m,
                      wino->run->sums ? sums : NULL);
      if (wino->run->sums)
        add_sums (wino, task, panel, sums);
    }
}

static void
run_blocks (gpointer data, size_t task)
{
  const Wino *wino = data;
  guint8 *memory = places_take (&wino->places);
  size_t strip, first;
  const size_t end = bands_of (wino, task, &strip, &first);
  Place place;

  carve_place (wino, memory, &place);
  for (size_t band = first; band < end; band++)
    {
      const Block block = block_at (wino, band, strip);

      read_band (wino, &block, band > first, place.band);
      transform_block (wino, &block, place.band, place.v);
      multiply_panels (wino, &block, task, &place);
    }
  places_give (&wino->places, memory);
}

static float *
inputs_of (const Wino *wino, size_t band, size_t strip)
{
  return wino->inputs
         + (band * wino->n_strips + strip) * WINO * block_tiles (wino) * wino->channels;
}

static void
run_inputs (gpointer data, size_t task)
{
  const Wino *wino = data;
  guint8 *memory = places_take (&wino->places);
  size_t strip, first;
  const size_t end = bands_of (wino, task, &strip, &first);
  Place place;

  carve_place (wino, memory, &place);
  for (size_t band = first; band < end; band++)
    {
      const Block block = block_at (wino, band, strip);

      read_band (wino, &block, band > first, place.band);
      transform_block (wino, &block, place.band, inputs_of (wino, band, strip));
    }
  places_give (&wino->places, memory);
}

static void
run_panel (gpointer data, size_t task)
{
  const Wino *wino = data;
  const size_t n = n_panels (wino->run->conv), panel = task % n, part = task / n;
  const size_t n_blocks = wino->n_bands * wino->n_strips;
  guint8 *memory = places_take (&wino->places);
  double sums[2 * PANEL_COLS] = { 0 };
  Place place;

  carve_place (wino, memory, &place);
  transform_weights (wino, panel, place.widened, place.u);
  for (size_t i = part * n_blocks / wino->n_parts; i < (part + 1) * n_blocks / wino->n_parts; i++)
    {
      const size_t band = i / wino->n_strips, strip = i % wino->n_strips;
      const Block block = block_at (wino, band, strip);

      multiply_block (wino, &block, panel, inputs_of (wino, band, strip), place.u, place.m,
                      wino->run->sums ? sums : NULL);
    }
  if (wino->run->sums)
    add_sums (wino, part, panel, sums);
  places_give (&wino->places, memory);
}

/* The channels between n_in and the padded number are zero and stay so: conv_read leaves them. */
static void
clear_bands (const Wino *wino)
{
  Place place;

  for (int i = 0; i < wino->places.n; i++)
    {
      carve_place (wino, wino->places.memory + i * wino->places.bytes, &place);
      memset (place.band, 0, (guint8 *) place.m - (guint8 *) place.band);
    }
}

gboolean
conv_run_wino (Job *job, ConvRun *run, gboolean sums, Scratch *scratch, GError **error)
{
  const int n_threads = pool_n_threads (job->pool);
  const double flop = conv_flop (run->conv, run->in->height, run->in->width);
  Wino wino = { .run = run };
  void *memory;
  gboolean done;

  plan (&wino, run, run->out->height, run->out->width);
  memory = scratch_take (scratch, carve_all (&wino, n_threads, sums, NULL), error);
  if (!memory)
    return FALSE;
  carve_all (&wino, n_threads, sums, memory);
  if (sums)
    memset (run->sums, 0, n_slots (&wino) * 2 * run->conv->n_out * sizeof (double));
  if (wino.channels > (size_t) run->conv->n_in)
    clear_bands (&wino);
  if (wino.by_panels)
    done = job_run (job, wino.n_tasks, 0, run_inputs, &wino, error)
           && job_run (job, n_panels (run->conv) * wino.n_parts, flop, run_panel, &wino, error);
  else
    done = job_run (job, n_panels (run->conv), 0, run_weights, &wino, error)
           && job_run (job, wino.n_tasks, flop, run_blocks, &wino, error);
  return done && (!sums || conv_take_sums (run->out, n_slots (&wino), run->sums, error));
}

gsize
conv_bytes_wino (const Conv *conv, int n_threads, int height, int width)
{
  ConvRun run = { .conv = conv, .kernels = kernels_best () };
  Wino wino = { .run = &run };

  plan (&wino, &run, conv_out_side (conv, height), conv_out_side (conv, width));
  return carve_all (&wino, n_threads, TRUE, NULL);
}
