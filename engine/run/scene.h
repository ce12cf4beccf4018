/* scene: what a request looks like to the nets: at every level of the plan the picture around the
 * hole, underpainted, with its hole and its labels; the same for all variations. */
#pragma once
#include "run/nets.h"
#include "sample/plan.h"
#include "tessera.h"

typedef struct {
  int width, height; /* pixels, multiples of the factor */
  float *picture;    /* [height][width][3] perceptual RGB 0..1, underpainted */
  guint8 *hole;      /* [height][width], 1 = hole */
  float *coverage;   /* [rows][cols][n_labels + 1]; NULL = no labels */
} SceneLevel;

typedef struct {
  Plan *plan;
  PixelBox bounds;    /* of the hole, in the picture */
  SceneLevel *levels; /* [plan->frame.n_levels], 0 = finest */
} Scene;

/* Checks what can only be seen in the pixels: EMPTY error where there is nothing to fill, or
 * nothing known to go by; FORMAT error where a pixel is not finite. */
Scene *scene_new (const Nets *nets, const TesseraRequest *request, GError **error);
void scene_free (Scene *scene); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)
