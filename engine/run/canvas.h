/* canvas: the cells of one level while they are being filled, for all variations; and the one loop
 * of the engine that samples them. */
#pragma once
#include "run/scene.h"
#include "sample/choose.h"

typedef struct {
  int level, rows, cols, n_variations, embed_dim;
  guint8 *state;          /* [cells], CellState; the same for all variations */
  int *tokens;            /* [variation][cells]; NULL but for net2net (run/canvas_tokens.h) */
  float *vectors;         /* [variation][cells][embed_dim] */
  float *coarse;          /* the same shape; NULL = none */
  gboolean guided;        /* coarse is the next coarser level's, else the underpainted picture's */
  gboolean tinted;        /* nothing is known, and the picture shows the labels' tints */
  const float *coverage;  /* [cells][n_labels + 1], borrowed; NULL = no labels */
  double *log_likelihood; /* [variation], summed over the cells sampled so far */
} Canvas;

typedef struct {
  ChooseOptions choose;
  guint64 seed;
  int first_variation;
  guint64 similar_seed; /* "more like this", see tessera.h */
  int similar_variation;
  double amount;         /* < 0 = off */
  double label_strength; /* 1 = off */
} SampleOptions;

/* The uniform number that decides a cell of variation v of the batch. */
double sample_draw (const SampleOptions *options, int v, int level, int row, int col);

/* Chooses the token of a cell of variation v from its logits [n], puts its vector into the canvas and
 * counts its probability. -1 and FORMAT error where the logits are no numbers. scratch: [2 n]. */
int canvas_choose (const Nets *nets, Canvas *canvas, const SampleOptions *options, int v, int cell,
                   const float *logits, int n, float *scratch, GError **error);

/* Every variation starts from the same vectors [rows][cols][embed_dim], those of the underpainted
 * picture; hole cells are empty. */
gboolean canvas_init (Canvas *canvas, const Scene *scene, int level, int n_variations,
                      const Map *vectors, GError **error);
/* For a level without a guide: the transformer is told what underpainting makes of the hole, or the
 * tints of its labels; nothing where there are neither known cells nor labels. */
gboolean canvas_guess (Canvas *canvas, GError **error);
void canvas_clear (Canvas *canvas);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Canvas, canvas_clear)

static inline size_t
canvas_cells (const Canvas *canvas)
{
  return (size_t) canvas->rows * canvas->cols;
}

/* Whether a window is sampled with and without its labels at once, which costs twice: where any of
 * its cells is painted. coverage: [][cols][n_labels + 1] of its level; NULL = no labels. */
gboolean canvas_is_steered (const float *coverage, int cols, int n_labels, CellBox window,
                            double label_strength);

/* Samples the cells of one window of the canvas's level: one prefix, then cell by cell, all
 * variations as a batch, and in the same batch once more without labels where that is steered. */
gboolean canvas_sample (Job *job, const Nets *nets, Canvas *canvas, const PlanWindow *window,
                        const SampleOptions *options, GError **error);
