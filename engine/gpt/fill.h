/* fill: the transformer of kind `fill`, a prefix language model over the cells of one window
 * (docs/model-file.md, "Transformer"). The published blocks; what is its own is the stem, which
 * turns a cell's neighbourhood into an embedding. */
#pragma once
#include "gpt/blocks.h"

typedef struct {
  int window, embed_dim, n_labels, n_features;
  Dense stem;
  float *row_emb, *col_emb; /* [window][d] */
  float *entry_emb;         /* [d] */
  float *tints;             /* [n_labels][3], RGB 0..1: what a label looks like; NULL = unknown */
  GptBlocks blocks;
} Fill;

gboolean fill_init (Fill *fill, const Model *model, GError **error);
void fill_clear (Fill *fill);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fill, fill_clear)

typedef enum {
  CELL_KNOWN,  /* vector: the encoder's, unquantised */
  CELL_FILLED, /* vector: that of the sampled code */
  CELL_EMPTY,  /* in the hole and not filled yet; vector ignored */
} CellState;

/* What one sequence knows of a window of rows x cols cells, row * cols + col. */
typedef struct {
  int rows, cols;        /* at most fill->window */
  guint8 *state;         /* [cells], CellState */
  float *vectors;        /* [cells][embed_dim] */
  const float *coverage; /* [cells][n_labels + 1], adds up to 1; NULL = all free */
  const float *coarse;   /* [cells][embed_dim]; NULL = none */
  gboolean guided;       /* coarse comes from a coarser level, and not from underpainting */
} FillWindow;

/* Runs the prefix: all cells of the windows, which have the same size, one window for each sequence
 * of the (empty) cache. hidden: room for [sequence][cells][d], any content afterwards. Where all
 * sequences see the same, run it in a cache of one sequence and let theirs follow it. */
gboolean fill_prefix (Job *job, const Fill *fill, Cache *cache, const FillWindow *windows,
                      float *hidden, GError **error);

/* The same with the output of the last block in hidden, which sampling does not need. */
gboolean fill_prefix_output (Job *job, const Fill *fill, Cache *cache, const FillWindow *windows,
                             float *hidden, GError **error);

/* Runs the entry of one cell for every sequence, with what the windows hold now; window[sequence].
 * hidden: [sequence][d]; logits: [sequence][n_codes]. */
gboolean fill_entry (Job *job, const Fill *fill, Cache *cache, const FillWindow *windows, int cell,
                     float *hidden, float *logits, GError **error);

/* Work of one window: its prefix once for n_prefixes sequences, then n_entries of n_sequences. */
double fill_flop (const Fill *fill, int n_cells, int n_prefixes, int n_entries, int n_sequences);
