/* scene: what a request looks like to the nets: at every level of the plan the picture around the
 * hole, underpainted, with its hole and its labels; the same for all variations. */
#pragma once
#include "image/soften.h"
#include "image/wrap.h"
#include "run/nets.h"
#include "sample/plan.h"
#include "tessera.h"

typedef struct {
  int width, height; /* pixels, multiples of the factor */
  gboolean blank;    /* nothing is known: all is hole, the picture is gray */
  gboolean tinted;   /* blank, but painted with labels: the picture has their tints */
  float *picture;    /* [height][width][3] perceptual RGB 0..1, underpainted */
  guint8 *hole;      /* [height][width], 1 = hole */
  float *coverage;   /* [rows][cols][n_labels + 1]; NULL = no labels */
  guint8 *labels;    /* [height][width], 255 = free; of the finest level, NULL = no labels */
} SceneLevel;

typedef struct {
  Plan *plan;
  SoftHole soft;      /* in the picture */
  Columns columns;    /* how the picture's columns lie in the frame: frame.box.x counts places */
  PixelBox hole;      /* the box of the hole, in pixels of the finest level */
  PlanRule rule;      /* of the windows of a net2net */
  SceneLevel *levels; /* [plan->frame.n_levels], 0 = finest */
  gboolean painted;   /* somebody has painted a label in the hole */
} Scene;

/* Checks what can only be seen in the pixels: EMPTY error where there is nothing to fill, or
 * nothing known to go by and no labels, with a model that cannot do without; FORMAT error where a
 * pixel is not finite; UNSUPPORTED where labels are given to a model that knows none. */
Scene *scene_new (Job *job, const Nets *nets, const TesseraRequest *request, GError **error);
void scene_free (Scene *scene); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)

/* The part of the picture that the scene shows. */
TesseraBox scene_context (const Scene *scene, const TesseraPicture *picture);

/* The place in the finest level of a pixel of the picture; -1 where the level does not show it. */
ptrdiff_t scene_place (const Scene *scene, int x, int y);
